package widget

import (
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"siths-agent/internal/secret"
)

// MaxCode is how many digits a Pad takes at most: more than any code has, so that one that is too long is told so by who
// checks it, and is not cut.
const MaxCode = 64

// PadOptions is what a Pad is made of. Its functions are called on Fyne's goroutine, and may be nil.
type PadOptions struct {
	Label   string               // what the code is called, for screen readers
	Paste   bool                 // whether digits may come from the clipboard
	Changed func(n int)          // is told how many digits there are, each time that changes by typing
	Submit  func()               // Enter
	Stray   func() bool          // says of a key that comes whether it was meant for another window
	Hint    func(PadHint)        // is told what is the matter, and HintNone when it has passed
	Key     func(*fyne.KeyEvent) // is told the keys that a pad has no use for, such as Esc
	Focused func()               // is told when the keyboard comes
}

// Pad is a field for one code. It keeps the digits in one locked page and nowhere else, and shows a dot for each. Take,
// Wipe, Len and Close may be called from any goroutine.
type Pad struct {
	widget.DisableableWidget
	o       PadOptions
	focused bool
	silent  [10]bool // digit keys that are down and have made no digit
	hint    PadHint

	mu   sync.Mutex
	code *secret.Buffer // nil: closed, or no page could be locked
	err  error
}

// NewPad returns an empty pad. One that has no locked page to keep a code in takes none; Err tells why.
func NewPad(o PadOptions) *Pad {
	p := &Pad{o: o}
	p.code, p.err = secret.New(MaxCode)
	if p.err != nil {
		p.Disable()
	}
	p.ExtendBaseWidget(p)
	return p
}

// Err returns why the pad takes no code, or nil.
func (p *Pad) Err() error { return p.err }

// Len returns how many digits have been typed.
func (p *Pad) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.code == nil {
		return 0
	}
	return p.code.Len()
}

// Take returns what was typed, and empties the pad. The caller wipes what it gets. An empty pad gives nil.
func (p *Pad) Take() []byte {
	taken := p.take()
	if taken != nil {
		p.redraw()
	}
	return taken
}

func (p *Pad) take() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.code == nil || p.code.Len() == 0 {
		return nil
	}
	taken := append(make([]byte, 0, MaxCode), p.code.Bytes()...)
	forget(p.code)
	return taken
}

// Wipe empties the pad.
func (p *Pad) Wipe() {
	if p.wipe() {
		p.redraw()
	}
}

func (p *Pad) wipe() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.code == nil || p.code.Len() == 0 {
		return false
	}
	forget(p.code)
	return true
}

// Close empties the pad and gives its memory back. A closed pad takes nothing.
func (p *Pad) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.code.Close() // wiped it is, and the rest ends with the process
	p.code = nil
}

// redraw shows a pad that was emptied, from whatever goroutine that was.
func (p *Pad) redraw() { fyne.Do(p.Refresh) }

// Cursor is that of a field.
func (p *Pad) Cursor() desktop.Cursor { return desktop.TextCursor }

// AccessibilityLabel is what a screen reader says: never what was typed.
func (p *Pad) AccessibilityLabel() string { return p.o.Label }

// AccessibilityRole is what a screen reader calls it; Fyne has no role for a field.
func (p *Pad) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
