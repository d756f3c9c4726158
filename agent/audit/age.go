package audit

import "time"

// age is how long ago the last row of spans[0] was written, as far as the files after it bear that out: a clock that
// was set wrong must not remove everything at once. Between two rows no more than a step is counted, however long it
// was, and nothing where time went back. So a clock that jumps by ten years makes rows older by one step, and a machine
// that is off for long keeps them for that much longer.
func (k Keeping) age(spans []span, now time.Time) time.Duration {
	var age time.Duration
	at := spans[0].until
	for _, s := range spans[1:] {
		if !s.from.IsZero() {
			age += k.counted(at, s.from) + k.counted(s.from, s.until)
			at = s.until
		}
	}
	return age + k.counted(at, now)
}
