// Package widget draws what the windows show, with Fyne.
package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"siths-agent/ui/look"
)

// NewTheme returns the colours and sizes of a look. What Fyne asks for beyond them, its fonts and icons, is Fyne's own.
func NewTheme(l look.Look) fyne.Theme {
	return &siths{Theme: theme.DefaultTheme(), colors: paletteOf(l).named(), scale: l.Scale()}
}

// siths is our theme. The variant that Fyne asks for makes no difference: the look decides.
type siths struct {
	fyne.Theme
	colors map[fyne.ThemeColorName]color.NRGBA
	scale  float32
}

// Color returns a colour of the look.
func (t *siths) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := t.colors[name]; ok {
		return c
	}
	return t.colors[theme.ColorNameForeground] // what nobody has thought of is seen at least
}

// textSize is the size at 100 % of what grows with the text, in units of Fyne; 0: it does not grow.
func textSize(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 16
	case theme.SizeNameCaptionText:
		return 14
	case theme.SizeNameSubHeadingText:
		return 18
	case theme.SizeNameHeadingText:
		return 24
	case theme.SizeNameInlineIcon:
		return 22
	}
	return 0
}

// Size returns a size of the look in units of Fyne.
func (t *siths) Size(name fyne.ThemeSizeName) float32 {
	if size := textSize(name); size > 0 {
		return size * t.scale
	}
	switch name {
	case theme.SizeNamePadding:
		return 6
	case theme.SizeNameInnerPadding:
		return 10
	case theme.SizeNameInputBorder:
		return 2
	case theme.SizeNameScrollBar:
		return 16
	case theme.SizeNameScrollBarSmall:
		return 8
	}
	return t.Theme.Size(name)
}
