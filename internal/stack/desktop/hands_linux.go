package desktop

import "time"

// rest is how long hands have been off keyboard and pointer, when what is typed next is not what was being typed before:
// our windows tell the two apart by that.
const rest = 600 * time.Millisecond

// reaction is how long a person takes at least to press a key because of what has come: our windows take one that comes
// sooner for one that was meant for another program.
const reaction = 500 * time.Millisecond

// See waits until a person could have seen a window, and reacted to it.
func (d *Desktop) See(w Window) {
	d.tb.Helper()
	d.WaitPainted(w)
	seen := time.Now()
	d.Await("a person to react", func() bool { return time.Since(seen) > reaction })
}

// still waits until hands have been at rest.
func (d *Desktop) still() {
	d.tb.Helper()
	d.Await("hands to rest", func() bool { return time.Since(d.used) > rest })
}

// Type types a text at the keyboard, wherever that goes to now. The text is in no command line.
func (d *Desktop) Type(text string) {
	d.tb.Helper()
	d.must(d.Display.Write(d.tb.Context(), text))
	d.used = time.Now()
}

// Key presses keys by their X names, one after the other, such as "Escape" or "alt+F4".
func (d *Desktop) Key(names ...string) {
	d.tb.Helper()
	for _, name := range names {
		d.must(d.Display.Key(d.tb.Context(), name))
	}
	d.used = time.Now()
}

// Click presses the pointer's first button at a place of the screen.
func (d *Desktop) Click(x, y int) {
	d.tb.Helper()
	d.must(d.Display.Click(d.tb.Context(), x, y))
	d.used = time.Now()
}
