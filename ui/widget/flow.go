package widget

import "time"

const (
	reaction = 300 * time.Millisecond // sooner nobody presses a key because of what has come
	breath   = 500 * time.Millisecond // without a key, after which somebody has stopped typing
)

// flow tells the keys of somebody who was typing elsewhere when the window came, and has not seen it yet, from those that
// are meant for it. The zero value lets every key through. It belongs to Fyne's goroutine.
type flow struct {
	came time.Time // when the keyboard came to the window; zero: a key that was meant for it has come since
	last time.Time // the last key that was not
}

// begin is called when the keyboard comes to the window.
func (f *flow) begin(now time.Time) { *f = flow{came: now} }

// stray says whether a key that comes now was meant for what had the keyboard before.
func (f *flow) stray(now time.Time) bool {
	if !flowsOn(*f, now) {
		*f = flow{}
		return false
	}
	f.last = now
	return true
}
