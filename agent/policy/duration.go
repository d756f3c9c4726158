package policy

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const (
	day     = 24 * time.Hour
	maxDays = 36500 // a hundred years: far below where time.Duration ends
)

var errDuration = errors.New("not a duration")

// ParseDuration reads a duration such as "5s", "1h30m" or "1826d". A day is 24 hours and comes first, in whole
// numbers; what follows it is what time.ParseDuration takes. It returns an error for anything else.
func ParseDuration(s string) (time.Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > maxDays {
		return 0, errDuration
	}
	d := time.Duration(n) * day
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || more >= day || rest[0] == '+' {
		return 0, errDuration
	}
	return d + more, nil
}

// FormatDuration writes d as ParseDuration reads it, without units that are nought: "10m", "24h", "1826d".
func FormatDuration(d time.Duration) string {
	if d >= 2*day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
