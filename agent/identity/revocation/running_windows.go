package revocation

import (
	"time"

	"golang.org/x/sys/windows"
)

// running is the time since the machine was started, its sleep included (GetTickCount64).
func running() time.Duration { return windows.DurationSinceBoot() }
