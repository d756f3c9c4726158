package report

import (
	"os"
	"strings"
	"time"
)

// Zone is the machine's time zone by its name (localtime(5)), or else time.Local. TZ comes first, as always.
func Zone() *time.Location {
	if time.Local.String() != "Local" {
		return time.Local
	}
	target, err := os.Readlink("/etc/localtime")
	if _, name, found := strings.Cut(target, "zoneinfo/"); err == nil && found {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.Local
}
