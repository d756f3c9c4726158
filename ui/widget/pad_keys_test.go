package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"siths-agent/ui/text"
)

func TestOnlyDigitsAreTaken(t *testing.T) {
	p, h := newPad(t, PadOptions{})
	for _, r := range "aÅ /:-é٣３½²\x00\u202e" {
		p.TypedRune(r)
	}
	if p.Len() != 0 || len(h.lens) != 0 || !slices.Equal(h.hints, []PadHint{HintDigits}) {
		t.Errorf("%d were taken, lengths told %v, hints %v", p.Len(), h.lens, h.hints)
	}
	p.TypedRune('0')
	p.TypedRune('9')
	if p.Len() != 2 || h.hints[len(h.hints)-1] != HintNone {
		t.Errorf("of two digits %d were taken, hints %v", p.Len(), h.hints)
	}
}

func TestDigitsAreTakenBack(t *testing.T) {
	p, h := newPad(t, PadOptions{})
	test.Type(p, "1234")
	press(p, fyne.KeyBackspace)
	test.Type(p, "9")
	press(p, fyne.KeyBackspace, fyne.KeyBackspace)
	if got := p.Take(); string(got) != "12" {
		t.Errorf("%d are left", len(got))
	}
	test.Type(p, "5")
	press(p, fyne.KeyDelete, fyne.KeyDelete, fyne.KeyBackspace)
	if p.Len() != 0 || h.lens[len(h.lens)-1] != 0 {
		t.Errorf("%d are left, lengths told %v", p.Len(), h.lens)
	}
}

func TestACodeThatIsTooLongIsNotCutInSilence(t *testing.T) {
	p, h := newPad(t, PadOptions{})
	typed(p, MaxCode+3)
	if p.Len() != MaxCode || len(h.lens) != MaxCode || !slices.Equal(h.hints, []PadHint{HintFull}) {
		t.Errorf("%d were taken, %d lengths told, hints %v", p.Len(), len(h.lens), h.hints)
	}
}

func TestEnterSubmitsAndOtherKeysAreTheWindows(t *testing.T) {
	p, h := newPad(t, PadOptions{})
	press(p, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape, fyne.KeyF1, fyne.Key7, fyne.KeyTab)
	if h.submits != 2 || !slices.Equal(h.keys, []fyne.KeyName{fyne.KeyEscape, fyne.KeyF1, fyne.KeyTab}) {
		t.Errorf("%d submits, keys %v", h.submits, h.keys)
	}
}

func TestKeysWithoutNumLockAreToldOf(t *testing.T) {
	for _, key := range []fyne.KeyName{fyne.Key0, fyne.Key5, fyne.Key9, fyne.KeyHome, fyne.KeyEnd, fyne.KeyUp, fyne.KeyLeft, fyne.KeyPageDown, fyne.KeyInsert} {
		p, h := newPad(t, PadOptions{})
		press(p, key)
		if !slices.Equal(h.hints, []PadHint{HintNumLock}) || p.Len() != 0 {
			t.Errorf("%s: hints %v, %d digits", key, h.hints, p.Len())
		}
		test.Type(p, "7")
		if !slices.Equal(h.hints, []PadHint{HintNumLock, HintNone}) {
			t.Errorf("%s: a digit leaves the hints %v", key, h.hints)
		}
	}
}

func TestKeysThatOverlapAreNoSignOfNumLock(t *testing.T) {
	p, h := newPad(t, PadOptions{})
	one, two := &fyne.KeyEvent{Name: fyne.Key1}, &fyne.KeyEvent{Name: fyne.Key2}
	for _, step := range []func(){
		func() { p.KeyDown(one); p.TypedKey(one); p.TypedRune('1') },
		func() { p.KeyDown(two); p.TypedKey(two); p.TypedRune('2') },
		func() { p.KeyUp(one) }, func() { p.KeyUp(two) },
		func() { p.KeyDown(one); p.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.Key1}); p.KeyUp(one) },
		func() { p.KeyDown(two); p.FocusLost(); p.FocusGained(); p.KeyUp(two) },
	} {
		step()
	}
	if p.Len() != 2 || len(h.hints) != 0 {
		t.Errorf("%d digits, hints %v", p.Len(), h.hints)
	}
}

func TestNothingLeavesAFieldOnTheClipboard(t *testing.T) {
	p, _ := newPad(t, PadOptions{Paste: true})
	test.Type(p, "123456")
	c := test.NewClipboard()
	c.SetContent("before")
	for _, s := range []fyne.Shortcut{&fyne.ShortcutCopy{Clipboard: c}, &fyne.ShortcutCut{Clipboard: c}, &fyne.ShortcutSelectAll{}, &fyne.ShortcutUndo{}, &fyne.ShortcutRedo{}} {
		p.TypedShortcut(s)
	}
	if p.Len() != 6 || c.Content() != "before" {
		t.Errorf("%d digits, the clipboard has %q", p.Len(), c.Content())
	}
	press(p, fyne.KeyDelete)
	p.TypedShortcut(&fyne.ShortcutUndo{})
	if p.Len() != 0 {
		t.Error("a code that was cleared came back")
	}
}

func TestTooMuchPastedIsNotCutInSilence(t *testing.T) {
	p, h := newPad(t, PadOptions{Paste: true})
	c := test.NewClipboard()
	c.SetContent(string(slices.Repeat([]byte("7"), MaxCode+1)))
	p.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	if p.Len() != MaxCode || h.hints[len(h.hints)-1] != HintFull || c.Content() != "" {
		t.Errorf("%d digits, hints %v", p.Len(), h.hints)
	}
}

func TestAFieldThatIsSwitchedOffOrClosedTakesNothing(t *testing.T) {
	for name, end := range map[string]func(*Pad){"off": func(p *Pad) { p.Disable() }, "closed": func(p *Pad) { p.Close(); p.Close() }} {
		p, h := newPad(t, PadOptions{Paste: true})
		end(p)
		c := test.NewClipboard()
		c.SetContent("123456")
		test.Type(p, "123456")
		p.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
		press(p, fyne.KeyBackspace, fyne.KeyDelete)
		p.Wipe()
		if p.Len() != 0 || p.Take() != nil || slices.ContainsFunc(h.lens, func(n int) bool { return n != 0 }) {
			t.Errorf("%s: %d digits, lengths told %v", name, p.Len(), h.lens)
		}
	}
}

func TestTheKeypadTypesIntoTheFieldAndLeavesItTheKeyboard(t *testing.T) {
	test.NewTempApp(t)
	p, other := NewPad(PadOptions{}), NewButton(ButtonOptions{Label: "x"})
	t.Cleanup(p.Close)
	target := p
	keypad := NewKeypad(func() *Pad { return target }, text.SV)
	c := test.NewTempWindow(t, container.NewVBox(p, keypad, other)).Canvas()
	c.Focus(other)
	for _, k := range keysOf(keypad) {
		k.Tapped(nil)
	}
	if c.Focused() != p || p.Len() != 0 { // 1 to 9, all gone, 0, the last one gone
		t.Errorf("%T has the keyboard; %d digits", c.Focused(), p.Len())
	}
	target = nil
	keysOf(keypad)[0].Tapped(nil)
}

func TestAPressOfTheKeypadIsADigit(t *testing.T) {
	p, _ := newPad(t, PadOptions{})
	keys := keysOf(NewKeypad(func() *Pad { return p }, text.EN))
	for _, i := range []int{0, 4, 8, 10} {
		keys[i].Tapped(nil)
	}
	if got := p.Take(); string(got) != "1590" {
		t.Errorf("%d digits, others than were pressed", len(got))
	}
	if _, ok := any(keys[0]).(fyne.Focusable); ok {
		t.Error("a key can have the keyboard, which then is not where the digits go")
	}
}

func TestAButtonIsPressedWithTheKeyboard(t *testing.T) {
	test.NewTempApp(t)
	var pressed int
	var passed []fyne.KeyName
	b := NewButton(ButtonOptions{Label: "x", Tapped: func() { pressed++ }, Key: func(e *fyne.KeyEvent) { passed = append(passed, e.Name) }})
	keys := []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape}
	for range 2 {
		for _, name := range keys {
			b.TypedKey(&fyne.KeyEvent{Name: name})
		}
		b.Disable()
	}
	if pressed != 3 || !slices.Equal(passed, []fyne.KeyName{fyne.KeyEscape, fyne.KeyEscape}) {
		t.Errorf("pressed %d times, keys passed on %v", pressed, passed)
	}
}

func FuzzPad(f *testing.F) {
	f.Add([]byte("123456\x80\x81\x82"))
	f.Add(slices.Repeat([]byte("9"), 70))
	f.Fuzz(func(t *testing.T, keys []byte) {
		p, h := newPad(t, PadOptions{})
		dots := test.WidgetRenderer(p).(*padRenderer)
		names := []fyne.KeyName{fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyHome, fyne.Key5, fyne.KeyReturn, fyne.KeyEscape, ""}
		for _, k := range keys {
			if k < 0x80 {
				p.TypedRune(rune(k))
			} else {
				press(p, names[int(k)%len(names)])
			}
			if n := p.Len(); n > MaxCode || len(dots.dots) != n || len(h.lens) > 0 && h.lens[len(h.lens)-1] != n {
				t.Fatalf("%d digits, %d dots, told %v", n, len(dots.dots), h.lens)
			}
		}
	})
}
