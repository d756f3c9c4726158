package widget

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"siths-agent/ui/look"
	"siths-agent/ui/text"
)

// looks are those that pictures are kept of.
func looks() map[string]look.Look {
	return map[string]look.Look{"light": {}, "dark": {Dark: true}, "contrast": {Contrast: true}, "contrast-dark": {Dark: true, Contrast: true},
		"large": {Text: 2}}
}

// window is one in memory that shows content in a look.
func window(t *testing.T, l look.Look, content fyne.CanvasObject) fyne.Window {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(NewTheme(l))
	w := test.NewTempWindow(t, content)
	w.Resize(content.MinSize().AddWidthHeight(20, 20))
	return w
}

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

func typed(p *Pad, n int) {
	for range max(0, n) {
		p.TypedRune('7')
	}
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

func pixels(p image.Image) []byte {
	all := image.NewNRGBA(p.Bounds())
	draw.Draw(all, p.Bounds(), p, p.Bounds().Min, draw.Src)
	return all.Pix
}

func keep(t *testing.T, file string, p image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
