package desktop

// Type types a text at the keyboard, wherever that goes to now. The text is in no command line.
func (d *Desktop) Type(text string) {
	d.tb.Helper()
	d.must(d.Display.Write(d.tb.Context(), text))
}

// Key presses keys by their X names, one after the other, such as "Escape" or "alt+F4".
func (d *Desktop) Key(names ...string) {
	d.tb.Helper()
	for _, name := range names {
		d.must(d.Display.Key(d.tb.Context(), name))
	}
}

// Click presses the pointer's first button at a place of the screen.
func (d *Desktop) Click(x, y int) {
	d.tb.Helper()
	d.must(d.Display.Click(d.tb.Context(), x, y))
}
