//go:build !race

package widget

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"siths-agent/ui/text"
)

func TestTheFieldAndTheKeypadLookAsTheyDid(t *testing.T) {
	for name, l := range looks() {
		t.Run(name, func(t *testing.T) {
			w := window(t, l, container.NewVBox())
			all := container.NewVBox(states(t)...)
			w.SetContent(all)
			w.Resize(all.MinSize().Max(fyne.NewSize(340*l.Scale(), 0)).AddWidthHeight(20, 20))
			compare(t, "pad-"+name, w.Canvas().Capture())
		})
	}
}

// states are the field empty, with four digits and the keyboard, with twelve, with more than fit, switched off, the keypad,
// and buttons.
func states(t *testing.T) []fyne.CanvasObject {
	t.Helper()
	var all []fyne.CanvasObject
	for _, n := range []int{0, 4, 12, 30, -1} {
		p := NewPad(PadOptions{})
		t.Cleanup(p.Close)
		all = append(all, p)
		switch typed(p, n); n {
		case 4:
			p.FocusGained()
		case -1:
			p.Disable()
		}
	}
	button := func(w text.ScreenWord, primary bool) *Button {
		return NewButton(ButtonOptions{Label: text.Screen(text.SV, w), Primary: primary})
	}
	login, off := button(text.ScreenButtonLogin, true), button(text.ScreenButtonLogin, true)
	login.FocusGained()
	off.Disable()
	buttons := container.NewHBox(login, button(text.ScreenButtonCancel, false), off)
	return append(all, NewKeypad(func() *Pad { return nil }, text.SV), buttons)
}

// compare holds a picture against the one that is kept; with UPDATE_GOLDEN=1 it keeps it.
func compare(t *testing.T, name string, got image.Image) {
	t.Helper()
	file := filepath.Join("testdata", name+".png")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		keep(t, file, got)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pixels(want), pixels(got)) {
		keep(t, filepath.Join(t.ArtifactDir(), name+".png"), got)
		t.Errorf("%s is another picture now", name)
	}
}
