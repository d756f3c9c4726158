//go:build !canary_pad_flow

package widget

import "time"

// flowsOn says whether fingers that were typing when the window came are typing on: what they sent to it as a code would
// cost a try.
func flowsOn(f flow, now time.Time) bool {
	if !f.last.IsZero() {
		return now.Sub(f.last) < breath
	}
	return !f.came.IsZero() && now.Sub(f.came) < reaction
}
