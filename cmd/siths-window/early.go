//go:build !canary_window_pace

package main

import "time"

// early is how long a state has to wait, with free the moment at which there is room for a whole burst.
func early(free, now time.Time) time.Duration { return free.Sub(now) - (paceBurst-1)*paceStep }
