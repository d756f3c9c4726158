package report

import "time"

// Zone is the machine's time zone.
func Zone() *time.Location { return time.Local }
