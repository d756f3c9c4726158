package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"siths-agent/ui/text"
)

// NewKeypad returns the digits to press with a pointer or a finger, with one key that takes the last digit back and one that
// takes all. They go to the pad that target returns at that moment (nil: to none), which then has the keyboard: a key
// itself never has.
func NewKeypad(target func() *Pad, l text.Lang) fyne.CanvasObject {
	keys := container.NewGridWithColumns(3)
	for d := '1'; d <= '9'; d++ {
		keys.Add(newDigit(d, target))
	}
	keys.Add(newKey(text.Pad(l, text.PadClear), "", target, (*Pad).clear))
	keys.Add(newDigit('0', target))
	keys.Add(newKey(text.Pad(l, text.PadBack), text.Pad(l, text.PadBackName), target, (*Pad).drop))
	return keys
}

// key is one key of the keypad.
type key struct {
	pressable
	name string
}

func newDigit(d rune, target func() *Pad) *key {
	k := newKey(string(d), "", target, func(p *Pad) { p.put(d) })
	k.size = theme.SizeNameSubHeadingText
	return k
}

func newKey(label, name string, target func() *Pad, press func(*Pad)) *key {
	k := &key{pressable: pressable{label: label}, name: name}
	if name == "" {
		k.name = label
	}
	k.tapped = func() {
		if p := target(); p != nil {
			press(p)
			p.focus() // Fyne takes the keyboard from whatever is not under the pointer
		}
	}
	k.ExtendBaseWidget(k)
	return k
}

// AccessibilityLabel is what a screen reader says.
func (k *key) AccessibilityLabel() string { return k.name }

// AccessibilityRole is what a screen reader calls it.
func (k *key) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
