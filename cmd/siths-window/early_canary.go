//go:build canary_window_pace

package main

import "time"

func early(time.Time, time.Time) time.Duration { return 0 }
