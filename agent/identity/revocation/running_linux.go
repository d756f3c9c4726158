package revocation

import (
	"time"

	"golang.org/x/sys/unix"
)

// running is the time since the machine was started, its sleep included (clock_gettime(2), CLOCK_BOOTTIME).
func running() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0 // no kernel since Linux 2.6.39 lacks it
	}
	return time.Duration(t.Nano())
}
