package widget

import "fyne.io/fyne/v2"

// ButtonOptions is what a Button is made of.
type ButtonOptions struct {
	Label   string
	Primary bool                 // the one that is most likely wanted
	Tapped  func()               // what it does
	Key     func(*fyne.KeyEvent) // is told the keys that a button has no use for, such as Esc; may be nil
	Focused func()               // is told when the keyboard comes; may be nil
	Stray   func() bool          // says of a key that comes whether it was meant for another window; may be nil
}

// Button is a button that one sees the keyboard's place on, and is large enough for fingers.
type Button struct {
	pressable
	o ButtonOptions
}

// NewButton returns a button.
func NewButton(o ButtonOptions) *Button {
	b := &Button{pressable: pressable{label: o.Label, primary: o.Primary, ring: true, tapped: o.Tapped}, o: o}
	b.ExtendBaseWidget(b)
	return b
}

// Label returns the text on the button.
func (b *Button) Label() string { return b.label }

// FocusGained is called when the keyboard comes.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	if b.o.Focused != nil {
		b.o.Focused()
	}
}

// FocusLost is called when the keyboard goes.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune is called with what is typed, which is nothing for a button.
func (b *Button) TypedRune(rune) {}

// TypedKey is called with each key: Space and Enter press the button that has the keyboard.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if b.o.Stray != nil && b.o.Stray() {
		return
	}
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		if b.o.Key != nil {
			b.o.Key(e)
		}
	}
}

// AccessibilityLabel is what a screen reader says.
func (b *Button) AccessibilityLabel() string { return b.label }

// AccessibilityRole is what a screen reader calls it.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
