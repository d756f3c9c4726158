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
	"fyne.io/fyne/v2/test"

	"siths-agent/ui/look"
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

func typed(p *Pad, n int) {
	for range max(0, n) {
		p.TypedRune('7')
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
