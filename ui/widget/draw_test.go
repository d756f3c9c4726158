package widget

import (
	"bytes"
	"image/png"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"siths-agent/ui/look"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

// seen is something that is drawn, and where it is in the window or in what scrolls within it.
type seen struct {
	object fyne.CanvasObject
	at     fyne.Position
}

// in collects what is drawn within an object.
func in(o fyne.CanvasObject, at fyne.Position) []seen {
	at = at.Add(o.Position())
	out := []seen{{o, at}}
	var inner []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		inner = o.Objects
	case fyne.Widget:
		inner = test.WidgetRenderer(o).Objects()
	}
	for _, i := range inner {
		if i.Visible() {
			out = append(out, in(i, at)...)
		}
	}
	return out
}

// inside collects what is drawn within an object, from its own corner.
func inside(o fyne.CanvasObject) []seen { return in(o, fyne.Position{}.Subtract(o.Position())) }

// texts are those that are drawn, in the order in which they are.
func texts(all []seen) (out []seen) {
	for _, s := range all {
		if t, ok := s.object.(*canvas.Text); ok && t.Text != "" {
			out = append(out, s)
		}
	}
	return out
}

// said are all texts of a screen.
func saidBy(s model.Screen) []string {
	out := append([]string{s.Title, string(s.Code)}, s.Body...)
	for _, r := range s.Rows {
		out = append(out, r.Label, r.Value)
	}
	for _, f := range s.Fields {
		out = append(out, f.Label)
	}
	for _, b := range s.Buttons {
		if b.After == 0 {
			out = append(out, b.Label)
		}
	}
	return out
}

func TestScreensAreDrawnWholeForFingersAndWithTheKeyboardInSight(t *testing.T) {
	for _, size := range []float32{1, 1.5, 2} {
		for _, lang := range []text.Lang{text.SV, text.EN} {
			s := newStaged(t, Options{Lang: lang, Look: look.Look{Text: size}}) // on the smallest desktop
			for _, c := range scenes.All() {
				s.size = fyne.Size{}
				s.show(c.Screen(lang))
				drawnWhole(t, s)
				pressedIsLarge(t, s)
				keyboardInSight(t, s)
				if t.Failed() {
					t.Fatalf("%s, %s, text %v", c.Name, lang, size)
				}
			}
		}
	}
}

// drawnWhole checks that every text of a screen is drawn, whole.
func drawnWhole(t *testing.T, s *staged) {
	t.Helper()
	body, bar := s.scroll.Content, s.root.Objects[1]
	drawn := append(texts(inside(body)), texts(inside(bar))...)
	all := ""
	for _, d := range drawn {
		all += strings.ReplaceAll(d.object.(*canvas.Text).Text, " ", "")
		if need := d.object.MinSize(); need.Width > d.object.Size().Width+1 || need.Height > d.object.Size().Height+1 {
			t.Errorf("%q needs %v and has %v", d.object.(*canvas.Text).Text, need, d.object.Size())
		}
	}
	for _, want := range saidBy(s.screen) {
		if !strings.Contains(all, strings.ReplaceAll(want, " ", "")) {
			t.Errorf("%q is not drawn", want)
		}
	}
	apart(t, texts(inside(body)), body.Size())
	apart(t, texts(inside(bar)), bar.Size())
}

// apart checks that texts lie within their place, and none on another.
func apart(t *testing.T, all []seen, place fyne.Size) {
	t.Helper()
	for i, a := range all {
		end := a.at.AddXY(a.object.Size().Width, a.object.Size().Height)
		if a.at.X < 0 || a.at.Y < 0 || end.X > place.Width+1 || end.Y > place.Height+1 {
			t.Errorf("%q ends at %v, its place at %v", a.object.(*canvas.Text).Text, end, place)
		}
		for _, b := range all[:i] {
			if b.at.X+b.object.Size().Width > a.at.X+1 && b.at.X < end.X-1 && b.at.Y+b.object.Size().Height > a.at.Y+1 && b.at.Y < end.Y-1 {
				t.Errorf("%q lies on %q", a.object.(*canvas.Text).Text, b.object.(*canvas.Text).Text)
			}
		}
	}
}

// pressedIsLarge checks that fingers hit what can be pressed.
func pressedIsLarge(t *testing.T, s *staged) {
	t.Helper()
	for _, o := range s.order() {
		if size := o.(fyne.CanvasObject).Size(); size.Width < minTarget+2*around || size.Height < minTarget+2*around {
			t.Errorf("%T is %v", o, size)
		}
	}
}

// keyboardInSight checks that what has the keyboard is scrolled into sight.
func keyboardInSight(t *testing.T, s *staged) {
	t.Helper()
	for _, o := range s.order() {
		s.win.Canvas().Focus(o)
		field := o.(fyne.CanvasObject)
		if !slices.Contains(s.scroll.Content.(*fyne.Container).Objects, field) {
			continue
		}
		top := field.Position().Y - s.scroll.Offset.Y
		if top < 0 || top+field.Size().Height > s.scroll.Size().Height+0.5 {
			t.Errorf("%T is at %v of %v", o, top, s.scroll.Size().Height)
		}
	}
}

func TestAWindowHasASignOfItsOwnInTheDesktopsLists(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(badge().Content()))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, a := img.At(img.Bounds().Dx()/2, img.Bounds().Dy()/2).RGBA(); img.Bounds().Dx() < 48 || a == 0 {
		t.Errorf("%v, and %d in the middle", img.Bounds(), a)
	}
}
