//go:build !canary_revocation_clock

package revocation

import "time"

// highWater is the latest of the times that are known to have come.
func highWater(wall, seen, signed time.Time) time.Time {
	for _, t := range []time.Time{seen, signed} {
		if t.After(wall) {
			wall = t
		}
	}
	return wall
}
