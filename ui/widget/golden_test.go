//go:build !race

package widget

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"siths-agent/agent/apitype"
	"siths-agent/ui/look"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func TestEveryScreenLooksAsItDid(t *testing.T) {
	for name, l := range map[string]look.Look{"light": {}, "dark": {Dark: true}, "contrast": {Dark: true, Contrast: true}} {
		for _, lang := range []text.Lang{text.SV, text.EN} {
			s := newStaged(t, Options{Lang: lang, Look: l})
			for _, c := range scenes.All() {
				img := s.shot(c.Screen(lang))
				golden(t, filepath.Join(name, string(lang), slug(c.Name)), img)
				legible(t, s, img.(*image.NRGBA))
			}
		}
	}
}

// chosen are the screens that are kept in other sizes too.
func chosenScenes() []string {
	return []string{"pin", "wrong pin", "last try", "refused because of pin.blocked", "card removed", "change", "diagnostics", "card"}
}

func TestWhatComesLaterAndTheKeypadLookAsTheyDid(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	for name, screen := range map[string]model.Screen{
		"reading-slow":   model.View(scenes.Bare(apitype.Reading), text.SV),
		"verifying-slow": model.View(scenes.Anna(apitype.Verifying), text.SV),
	} {
		s.show(screen)
		s.clock.since = s.clock.since.Add(-time.Minute)
		golden(t, "later-"+name, s.shot(screen))
	}
	s.turnKeypad()
	golden(t, "keypad", s.shot(pinScreen()))
	s.types("12x")
	golden(t, "keypad-hint", s.shot(pinScreen()))
}

func TestScreensWithLargeTextAndOnASmallDesktopLookAsTheyDid(t *testing.T) {
	for name, o := range map[string]Options{
		"150":       {Look: look.Look{Text: 1.5}, Room: fyne.NewSize(1280, 960)},
		"200":       {Look: look.Look{Text: 2}, Room: fyne.NewSize(1280, 960)},
		"200-small": {Look: look.Look{Text: 2}, Room: fyne.NewSize(640, 440)},
	} {
		for _, o.Lang = range []text.Lang{text.SV, text.EN} {
			s := newStaged(t, o)
			for _, c := range scenes.All() {
				if slices.Contains(chosenScenes(), c.Name) {
					golden(t, filepath.Join(name, string(o.Lang), slug(c.Name)), s.shot(c.Screen(o.Lang)))
				}
			}
		}
	}
}

// shot shows a screen as the first of a window.
func (s *staged) shot(screen model.Screen) image.Image {
	s.size = fyne.Size{}
	s.show(screen)
	return s.win.Canvas().Capture()
}

// slug is a name for a file.
func slug(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name)), "-")
}

// golden compares a picture with the one that is kept; UPDATE_GOLDEN=1 keeps it.
func golden(t *testing.T, name string, img image.Image) {
	t.Helper()
	got := crush(img.(*image.NRGBA))
	file := filepath.Join("testdata", "screens", name+".png")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		keep(t, file, got)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	want, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	w, ok := want.(*image.Paletted)
	if !ok || w.Rect != got.Rect || !slices.Equal(w.Palette, got.Palette) || !bytes.Equal(w.Pix, got.Pix) {
		keep(t, filepath.Join(t.ArtifactDir(), slug(name)+".png"), got)
		t.Errorf("%s is another picture now (UPDATE_GOLDEN=1 accepts it)", name)
	}
}

// crush makes a picture small: colours that differ by less than one notices become the same, and a screen has few.
func crush(img *image.NRGBA) *image.Paletted {
	for bits := 4; ; bits-- {
		if out := reduce(img, bits); out != nil {
			return out
		}
	}
}

// reduce keeps so many bits of each channel; nil: that is still too many colours for a palette.
func reduce(img *image.NRGBA, bits int) *image.Paletted {
	index := func(p []byte) int {
		return int(p[0]>>(8-bits))<<(2*bits) | int(p[1]>>(8-bits))<<bits | int(p[2]>>(8-bits))
	}
	used := make([]bool, 1<<(3*bits))
	for i := 0; i < len(img.Pix); i += 4 {
		used[index(img.Pix[i:])] = true
	}
	out, place := image.NewPaletted(img.Rect, nil), make([]uint8, len(used))
	for i, u := range used {
		if u {
			place[i] = uint8(len(out.Palette))
			out.Palette = append(out.Palette, widened(i, bits))
		}
	}
	if len(out.Palette) > 256 {
		return nil
	}
	for i := range out.Pix {
		out.Pix[i] = place[index(img.Pix[4*i:])]
	}
	return out
}

// widened is the colour of an index: black stays black, and white white.
func widened(i, bits int) color.Color {
	top := 1<<bits - 1
	channel := func(v int) uint8 { return uint8((v & top) * 255 / top) }
	return color.RGBA{channel(i >> (2 * bits)), channel(i >> bits), channel(i), 0xff}
}

// legible checks that what is written in a picture stands out from its ground (WCAG 2.1, 1.4.3).
func legible(t *testing.T, s *staged, img *image.NRGBA) {
	t.Helper()
	shown := image.Rect(0, 0, img.Rect.Dx(), int(s.scroll.Size().Height))
	legibleIn(t, img, shown, texts(in(s.scroll.Content, fyne.Position{})))
	legibleIn(t, img, img.Rect, texts(in(s.root.Objects[1], fyne.Position{})))
}

func legibleIn(t *testing.T, img *image.NRGBA, shown image.Rectangle, all []seen) {
	t.Helper()
	for _, d := range all {
		size := d.object.MinSize()
		box := image.Rect(int(d.at.X), int(d.at.Y), int(d.at.X+size.Width), int(d.at.Y+size.Height))
		if !box.In(shown) {
			continue
		}
		if got := strongest(img, box); got < 4.5 {
			t.Errorf("%q: contrast %.2f", d.object.(*canvas.Text).Text, got)
		}
	}
}

// strongest is the contrast of the ground of a part of a picture, its upper left corner, with what differs most from it.
func strongest(img *image.NRGBA, box image.Rectangle) float64 {
	ground, most := img.NRGBAAt(box.Min.X, box.Min.Y), 1.0
	seen := map[color.NRGBA]bool{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if c := img.NRGBAAt(x, y); !seen[c] {
				seen[c], most = true, max(most, contrast(c, ground))
			}
		}
	}
	return most
}
