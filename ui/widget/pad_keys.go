package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// FocusGained is called when the keyboard comes.
func (p *Pad) FocusGained() {
	p.focused = true
	p.Refresh()
	if p.o.Focused != nil {
		p.o.Focused()
	}
}

// FocusLost is called when the keyboard goes.
func (p *Pad) FocusLost() {
	p.focused, p.silent = false, [10]bool{}
	p.Refresh()
}

// Tapped brings the keyboard.
func (p *Pad) Tapped(*fyne.PointEvent) { p.focus() }

func (p *Pad) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil && !p.Disabled() {
		c.Focus(p)
	}
}

// TypedRune takes one character: a digit is kept, and anything else told of. A space is nothing: it comes from the key that
// has pressed a button, after that has given the keyboard to the field.
func (p *Pad) TypedRune(r rune) {
	p.silent = [10]bool{}
	if !p.isStray() && r != ' ' {
		p.put(r)
	}
}

// isStray says whether the key that comes was meant for another window, and tells so.
func (p *Pad) isStray() bool {
	stray := p.o.Stray != nil && p.o.Stray()
	if stray && !p.Disabled() {
		p.tell(HintEarly)
	}
	return stray
}

// put puts in one character that is meant for the pad.
func (p *Pad) put(r rune) {
	if p.Disabled() {
		return
	}
	if r < '0' || r > '9' {
		p.tell(HintDigits)
		return
	}
	if !p.add(byte(r)) {
		p.tell(HintFull)
		return
	}
	p.changed()
}

func (p *Pad) add(digit byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code != nil && p.code.Append(digit) == nil
}

// TypedKey takes the keys that are no characters.
func (p *Pad) TypedKey(e *fyne.KeyEvent) {
	if p.isStray() {
		return
	}
	switch e.Name {
	case fyne.KeyBackspace:
		p.drop()
	case fyne.KeyDelete:
		p.clear()
	case fyne.KeyReturn, fyne.KeyEnter:
		p.submit()
	case fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyInsert,
		fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		p.tell(HintNumLock) // there is nothing to move about in: it is the numeric block that was meant
	default:
		p.pass(e)
	}
}

// pass hands on a key that is nothing to the pad. One that bears a digit makes a character too, and is no key of others.
func (p *Pad) pass(e *fyne.KeyEvent) {
	if _, digit := digitOf(e.Name); !digit && p.o.Key != nil {
		p.o.Key(e)
	}
}

func (p *Pad) submit() {
	if !p.Disabled() && p.o.Submit != nil {
		p.o.Submit()
	}
}

// drop takes the last digit back.
func (p *Pad) drop() {
	if p.Disabled() || p.Len() == 0 {
		return
	}
	p.mu.Lock()
	p.code.Drop()
	p.mu.Unlock()
	p.changed()
}

// clear takes all digits back.
func (p *Pad) clear() {
	if !p.Disabled() && p.wipe() {
		p.changed()
	}
}

// changed shows and tells that there are other digits than before.
func (p *Pad) changed() {
	p.tell(HintNone)
	p.Refresh()
	if p.o.Changed != nil {
		p.o.Changed(p.Len())
	}
}

// tell tells a hint once.
func (p *Pad) tell(h PadHint) {
	if h == p.hint {
		return
	}
	p.hint = h
	if p.o.Hint != nil {
		p.o.Hint(h)
	}
}

// KeyDown notes a key that should make a digit.
func (p *Pad) KeyDown(e *fyne.KeyEvent) {
	if d, ok := digitOf(e.Name); ok {
		p.silent[d] = true
	}
}

// KeyUp tells of Num Lock when a key that bears a digit comes up again and has made no character at all: Fyne gives the
// keys of the numeric block the names of their digits whether Num Lock is on or off.
func (p *Pad) KeyUp(e *fyne.KeyEvent) {
	d, ok := digitOf(e.Name)
	if ok && p.silent[d] && !p.Disabled() {
		p.tell(HintNumLock)
	}
	if ok {
		p.silent[d] = false
	}
}

func digitOf(name fyne.KeyName) (int, bool) {
	if len(name) == 1 && name[0] >= '0' && name[0] <= '9' {
		return int(name[0] - '0'), true
	}
	return 0, false
}

// TypedShortcut takes no copy, no cut and no other shortcut; it pastes where that is allowed.
func (p *Pad) TypedShortcut(s fyne.Shortcut) {
	p.silent = [10]bool{}
	paste, ok := s.(*fyne.ShortcutPaste)
	if !ok || p.Disabled() {
		return
	}
	if !mayPaste(p.o) {
		p.tell(HintPaste)
		return
	}
	p.paste(paste.Clipboard)
}

var (
	_ fyne.Focusable     = (*Pad)(nil)
	_ fyne.Shortcutable  = (*Pad)(nil)
	_ fyne.Tappable      = (*Pad)(nil)
	_ desktop.Keyable    = (*Pad)(nil)
	_ desktop.Cursorable = (*Pad)(nil)
)
