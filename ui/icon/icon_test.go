package icon

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// sheet shows every icon on both panels, in the sizes of panels, and below each with its signs in the corner.
func sheet() *image.NRGBA {
	sizes, severities := []int{16, 22, 24, 48}, []apitype.Severity{apitype.Info, apitype.Warning, apitype.Error}
	const cell = 56
	out := image.NewNRGBA(image.Rect(0, 0, cell*len(All()), cell*len(sizes)*len(severities)*2))
	for i, name := range All() {
		row := 0
		for _, panel := range panels() {
			for _, s := range severities {
				for _, size := range sizes {
					r := image.Rect(i*cell, row*cell, (i+1)*cell, (row+1)*cell)
					draw.Draw(out, r, image.NewUniform(panel), image.Point{}, draw.Src)
					at := r.Min.Add(image.Pt((cell-size)/2, (cell-size)/2))
					draw.Draw(out, image.Rectangle{at, at.Add(image.Pt(size, size))}, Panel(name, s, size), image.Point{}, draw.Over)
					row++
				}
			}
		}
	}
	return out
}

func panels() []color.Color {
	return []color.Color{color.NRGBA{0xf0, 0xf0, 0xf0, 0xff}, color.NRGBA{0x2e, 0x34, 0x36, 0xff}}
}

func TestTheIconsLookAsTheyDid(t *testing.T) {
	golden(t, "panel", sheet())
	for _, i := range All() {
		golden(t, string(i), Panel(i, apitype.Info, 32)) // as the helpdesk's page shows them
	}
}

// golden holds a picture against the one that is kept.
func golden(t *testing.T, name string, m *image.NRGBA) {
	t.Helper()
	got, err := PNG(m)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".png")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }() // it was read
	want, err := png.Decode(kept)
	if err != nil {
		t.Fatal(err)
	}
	if n := different(m, want); n > 0 {
		t.Errorf("%s: %d pixels differ: look at them, and UPDATE_GOLDEN=1 renews the picture", file, n)
	}
}

func different(a *image.NRGBA, b image.Image) int {
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := a.NRGBAAt(x, y), color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			if max(apart(p.R, q.R), apart(p.G, q.G), apart(p.B, q.B)) > 2 {
				n++
			}
		}
	}
	return n
}

func apart(a, b uint8) int { return int(math.Abs(float64(a) - float64(b))) }

// look is an icon on a panel, in grey between 0 and 1.
func look(i model.Icon, s apitype.Severity, size int, panel color.Color) []float64 {
	on := image.NewGray(image.Rect(0, 0, size, size))
	draw.Draw(on, on.Bounds(), image.NewUniform(panel), image.Point{}, draw.Src)
	full := image.NewNRGBA(on.Bounds())
	draw.Draw(full, full.Bounds(), image.NewUniform(panel), image.Point{}, draw.Src)
	draw.Draw(full, full.Bounds(), Panel(i, s, size), image.Point{}, draw.Over)
	draw.Draw(on, on.Bounds(), full, image.Point{}, draw.Src)
	out := make([]float64, len(on.Pix))
	for i, p := range on.Pix {
		out[i] = float64(p) / 255
	}
	return out
}

// distance is the root of the mean of the squares of what two pictures differ by.
func distance(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

// seen is an icon as the panel can show it.
type seen struct {
	icon     model.Icon
	severity apitype.Severity
}

// all are the icons with each sign in the corner that they can have.
func all() []seen {
	var out []seen
	for _, i := range All() {
		out = append(out, seen{i, apitype.Info})
		if i != model.IconWarning && i != model.IconError {
			out = append(out, seen{i, apitype.Warning}, seen{i, apitype.Error})
		}
	}
	return out
}

func TestNoTwoIconsAreAlikeInGrey(t *testing.T) {
	const least = 0.1
	for _, panel := range panels() {
		for _, size := range []int{16, 22, 24} {
			var pictures [][]float64
			for i, a := range all() {
				pictures = append(pictures, look(a.icon, a.severity, size, panel))
				for j, b := range all()[:i] {
					if d := distance(pictures[i], pictures[j]); d < least {
						t.Errorf("%d pixels on %v: %v and %v differ by %.3f", size, panel, a, b, d)
					}
				}
			}
		}
	}
}

func TestEveryIconIsSeenOnLightAndDarkPanels(t *testing.T) {
	const least = 0.15 // of all pixels have a contrast of at least 3 with the panel (WCAG 2.1, 1.4.11)
	for _, panel := range panels() {
		for _, size := range []int{16, 22, 24, 32, 48} {
			for _, s := range all() {
				n := 0
				picture := look(s.icon, s.severity, size, panel)
				for _, grey := range picture {
					if contrast(grey, picture[0]) >= 3 {
						n++
					}
				}
				if part := float64(n) / float64(size*size); part < least {
					t.Errorf("%d pixels on %v: of %v %.2f are seen", size, panel, s, part)
				}
			}
		}
	}
}

// contrast is that of two greys (WCAG 2.1, definition of relative luminance and contrast ratio).
func contrast(a, b float64) float64 {
	light := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return (max(light(a), light(b)) + 0.05) / (min(light(a), light(b)) + 0.05)
}
