package widget

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"siths-agent/ui/look"
	"siths-agent/ui/text"
)

// luminance is the relative luminance of WCAG 2.2.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b color.Color) float64 {
	l, m := luminance(a), luminance(b)
	return (max(l, m) + 0.05) / (min(l, m) + 0.05)
}

// writings are what texts are written in, and on.
func writings() map[fyne.ThemeColorName][]fyne.ThemeColorName {
	ground := []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground}
	return map[fyne.ThemeColorName][]fyne.ThemeColorName{
		theme.ColorNameForeground: append([]fyne.ThemeColorName{theme.ColorNameButton, theme.ColorNameHover, theme.ColorNamePressed,
			theme.ColorNameMenuBackground, theme.ColorNameHeaderBackground, theme.ColorNameSelection}, ground...),
		theme.ColorNamePlaceHolder:         ground,
		theme.ColorNameDisabled:            append([]fyne.ThemeColorName{theme.ColorNameDisabledButton}, ground...),
		theme.ColorNameHyperlink:           ground,
		theme.ColorNameError:               ground,
		theme.ColorNameWarning:             ground,
		theme.ColorNameSuccess:             ground,
		theme.ColorNamePrimary:             ground,
		theme.ColorNameForegroundOnPrimary: {theme.ColorNamePrimary},
		theme.ColorNameForegroundOnError:   {theme.ColorNameError},
		theme.ColorNameForegroundOnWarning: {theme.ColorNameWarning},
		theme.ColorNameForegroundOnSuccess: {theme.ColorNameSuccess},
	}
}

// shapes are borders, rings and bars, and what they lie beside. What is focused differs from what is not by the ring, where
// the ground of the window was.
func shapes() map[fyne.ThemeColorName][]fyne.ThemeColorName {
	ground := []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground}
	return map[fyne.ThemeColorName][]fyne.ThemeColorName{
		theme.ColorNameFocus: append([]fyne.ThemeColorName{theme.ColorNameButton}, ground...),
		theme.ColorNameInputBorder: append([]fyne.ThemeColorName{theme.ColorNameButton, theme.ColorNameHover, theme.ColorNamePressed},
			ground...),
		theme.ColorNameScrollBar: {theme.ColorNameScrollBarBackground, theme.ColorNameBackground},
	}
}

func TestEverythingThatIsShownStandsOut(t *testing.T) {
	for name, l := range looks() {
		th := NewTheme(l)
		at := func(n fyne.ThemeColorName) color.Color { return th.Color(n, theme.VariantDark) }
		for _, kind := range []struct {
			pairs map[fyne.ThemeColorName][]fyne.ThemeColorName
			least float64
		}{{writings(), 4.5}, {shapes(), 3}} { // WCAG 2.2, 1.4.3 and 1.4.11
			for front, backs := range kind.pairs {
				for _, back := range backs {
					if got := contrast(at(front), at(back)); got < kind.least {
						t.Errorf("%s: %s on %s has %.2f, not %v", name, front, back, got, kind.least)
					}
				}
			}
		}
	}
}

func TestALookWithContrastHasMoreOfIt(t *testing.T) {
	for _, dark := range []bool{false, true} {
		th := NewTheme(look.Look{Dark: dark, Contrast: true})
		for front, backs := range writings() {
			for _, back := range backs {
				if got := contrast(th.Color(front, 0), th.Color(back, 0)); got < 7 { // WCAG 2.2, 1.4.6
					t.Errorf("%s on %s has %.2f", front, back, got)
				}
			}
		}
	}
}

func TestDarkIsDarkWhateverFyneAsksFor(t *testing.T) {
	for _, contrasting := range []bool{false, true} {
		for _, variant := range []fyne.ThemeVariant{theme.VariantDark, theme.VariantLight} {
			light := NewTheme(look.Look{Contrast: contrasting}).Color(theme.ColorNameBackground, variant)
			dark := NewTheme(look.Look{Contrast: contrasting, Dark: true}).Color(theme.ColorNameBackground, variant)
			if luminance(light) < 0.8 || luminance(dark) > 0.05 {
				t.Errorf("light is %v, dark is %v", light, dark)
			}
		}
	}
}

func TestEveryColorAndSizeThatFyneKnowsIsThere(t *testing.T) {
	test.NewTempApp(t)
	all := NewTheme(look.Look{})
	for _, name := range []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameInnerWindowBorder, theme.ColorNameShadow, "unheard-of"} {
		if _, _, _, a := all.Color(name, 0).RGBA(); a == 0 {
			t.Errorf("%s cannot be seen", name)
		}
	}
	for _, name := range []fyne.ThemeSizeName{theme.SizeNamePadding, theme.SizeNameLineSpacing, theme.SizeNameSeparatorThickness, theme.SizeNameButtonRadius} {
		if all.Size(name) <= 0 {
			t.Errorf("%s has no size", name)
		}
	}
	for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Italic: true}, {Monospace: true}, {Symbol: true}} {
		if all.Font(style) == nil {
			t.Errorf("%v has no font", style)
		}
	}
	if all.Icon(theme.IconNameConfirm) == nil {
		t.Error("there are no icons")
	}
}

func TestTheTextGrowsAndTheTargetsWithIt(t *testing.T) {
	test.NewTempApp(t)
	var before fyne.Size
	for _, scale := range []float32{1, 1.5, 2} {
		fyne.CurrentApp().Settings().SetTheme(NewTheme(look.Look{Text: scale}))
		if got, want := theme.TextSize(), textSize(theme.SizeNameText)*scale; got != want {
			t.Errorf("at %v the text is %v, not %v", scale, got, want)
		}
		now := NewButton(ButtonOptions{Label: "Avbryt"}).MinSize()
		if now.Width <= before.Width || now.Height < before.Height {
			t.Errorf("at %v a button is %v, before it was %v", scale, now, before)
		}
		before = now
	}
}

func TestTargetsAreLargeEnoughForFingers(t *testing.T) {
	test.NewTempApp(t)
	fyne.CurrentApp().Settings().SetTheme(NewTheme(look.Look{}))
	p := NewPad(PadOptions{})
	t.Cleanup(p.Close)
	targets := map[string]fyne.Size{"pad": p.MinSize(), "button": NewButton(ButtonOptions{Label: "i"}).MinSize()}
	for i, k := range keysOf(NewKeypad(func() *Pad { return p }, text.SV)) {
		targets[fmt.Sprint("key ", i, " ", k.label)] = k.MinSize()
	}
	if len(targets) != 14 {
		t.Errorf("there are %d", len(targets))
	}
	for name, size := range targets {
		if size.Width < minTarget || size.Height < minTarget {
			t.Errorf("%s is %v", name, size)
		}
	}
}

// keysOf are the keys of a keypad.
func keysOf(keypad fyne.CanvasObject) []*key {
	var all []*key
	for _, o := range test.LaidOutObjects(keypad) {
		if k, ok := o.(*key); ok {
			all = append(all, k)
		}
	}
	return all
}
