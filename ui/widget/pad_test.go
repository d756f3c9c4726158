package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// heard is what a pad told.
type heard struct {
	lens    []int
	hints   []PadHint
	keys    []fyne.KeyName
	submits int
}

func (h *heard) options(o PadOptions) PadOptions {
	o.Changed = func(n int) { h.lens = append(h.lens, n) }
	o.Hint = func(hint PadHint) { h.hints = append(h.hints, hint) }
	o.Key = func(e *fyne.KeyEvent) { h.keys = append(h.keys, e.Name) }
	o.Submit = func() { h.submits++ }
	return o
}

// newPad is one in a window, with what it tells.
func newPad(t *testing.T, o PadOptions) (*Pad, *heard) {
	t.Helper()
	test.NewTempApp(t)
	h := &heard{}
	p := NewPad(h.options(o))
	t.Cleanup(p.Close)
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
	test.NewTempWindow(t, p).Canvas().Focus(p)
	return p, h
}

func press(p *Pad, names ...fyne.KeyName) {
	for _, name := range names {
		e := &fyne.KeyEvent{Name: name}
		p.KeyDown(e)
		p.TypedKey(e)
		p.KeyUp(e)
	}
}

func TestWhatIsTypedIsTakenOnce(t *testing.T) {
	p, h := newPad(t, PadOptions{})
	test.Type(p, "123456")
	if got := p.Take(); string(got) != "123456" {
		t.Errorf("%d bytes were taken", len(got))
	}
	if got := p.Take(); got != nil || p.Len() != 0 {
		t.Errorf("%d bytes were taken once more, %d are left", len(got), p.Len())
	}
	if !slices.Equal(h.lens, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("the lengths told were %v", h.lens)
	}
}

func TestACodeIsPastedOnlyWhereThatIsAllowed(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		p, h := newPad(t, PadOptions{Paste: allowed})
		c := test.NewClipboard()
		c.SetContent("123 456\n")
		p.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
		switch {
		case allowed && (p.Len() != 6 || c.Content() != ""):
			t.Errorf("%d digits were pasted, and the clipboard has %q", p.Len(), c.Content())
		case !allowed && (p.Len() != 0 || c.Content() == "" || !slices.Equal(h.hints, []PadHint{HintPaste})):
			t.Errorf("%d digits were pasted, the hints are %v", p.Len(), h.hints)
		}
	}
}
