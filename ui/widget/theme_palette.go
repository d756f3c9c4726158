package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"siths-agent/ui/look"
)

// palette is the few colours that a look is made of, as 0xRRGGBB.
type palette struct {
	ground, text        uint32 // the window and what is written on it
	quiet               uint32 // text that matters less, and what cannot be used
	button, line        uint32 // of a button; the border of what can be used
	input               uint32 // the ground of a field
	hover, pressed      uint32 // of a button, under its text
	primary, onPrimary  uint32
	focus               uint32 // the ring around what has the keyboard
	bad, onBad          uint32
	warn, onWarn        uint32
	good, onGood        uint32
	separator, selected uint32
}

func paletteOf(l look.Look) palette {
	switch {
	case l.Contrast && l.Dark:
		return whiteOnBlack()
	case l.Contrast:
		return blackOnWhite()
	case l.Dark:
		return dark()
	}
	return light()
}

func light() palette {
	return palette{ground: 0xf7f8fa, text: 0x1b1f24, quiet: 0x5a626c, button: 0xe7eaee, line: 0x656e79, input: 0xffffff,
		hover: 0xd9dee4, pressed: 0xc9d0d8, primary: 0x0b5394, onPrimary: 0xffffff, focus: 0xb34700,
		bad: 0xb3151c, onBad: 0xffffff, warn: 0x8a5a00, onWarn: 0xffffff, good: 0x1b6e34, onGood: 0xffffff,
		separator: 0xc9d0d8, selected: 0xcfe2f5}
}

func dark() palette {
	return palette{ground: 0x1b1f24, text: 0xf1f3f5, quiet: 0xb4bcc6, button: 0x313840, line: 0x9ba5b1, input: 0x12151a,
		hover: 0x3c444d, pressed: 0x48515b, primary: 0x8ec5ff, onPrimary: 0x0b1e33, focus: 0xffb454,
		bad: 0xff9a94, onBad: 0x2d0506, warn: 0xf5c451, onWarn: 0x2a1d00, good: 0x7fd896, onGood: 0x06210f,
		separator: 0x48515b, selected: 0x1f4469}
}

func whiteOnBlack() palette {
	return palette{ground: 0x000000, text: 0xffffff, quiet: 0xffffff, button: 0x000000, line: 0xffffff, input: 0x000000,
		hover: 0x333333, pressed: 0x4d4d4d, primary: 0xffff00, onPrimary: 0x000000, focus: 0x00ffff,
		bad: 0xffffff, onBad: 0x000000, warn: 0xffff00, onWarn: 0x000000, good: 0xffffff, onGood: 0x000000,
		separator: 0xffffff, selected: 0x003a6b}
}

func blackOnWhite() palette {
	return palette{ground: 0xffffff, text: 0x000000, quiet: 0x000000, button: 0xffffff, line: 0x000000, input: 0xffffff,
		hover: 0xdddddd, pressed: 0xcccccc, primary: 0x000000, onPrimary: 0xffffff, focus: 0x0000d0,
		bad: 0x000000, onBad: 0xffffff, warn: 0x000000, onWarn: 0xffffff, good: 0x000000, onGood: 0xffffff,
		separator: 0x000000, selected: 0xbfdcff}
}

// named are the colours under the names that Fyne's widgets ask for.
func (p palette) named() map[fyne.ThemeColorName]color.NRGBA {
	all := map[fyne.ThemeColorName]color.NRGBA{}
	for name, rgb := range map[fyne.ThemeColorName]uint32{
		theme.ColorNameBackground: p.ground, theme.ColorNameForeground: p.text,
		theme.ColorNamePlaceHolder: p.quiet, theme.ColorNameDisabled: p.quiet,
		theme.ColorNameButton: p.button, theme.ColorNameDisabledButton: p.button,
		theme.ColorNameInputBackground: p.input, theme.ColorNameInputBorder: p.line,
		theme.ColorNameHover: p.hover, theme.ColorNamePressed: p.pressed,
		theme.ColorNamePrimary: p.primary, theme.ColorNameForegroundOnPrimary: p.onPrimary, theme.ColorNameHyperlink: p.primary,
		theme.ColorNameFocus: p.focus, theme.ColorNameSelection: p.selected,
		theme.ColorNameError: p.bad, theme.ColorNameForegroundOnError: p.onBad,
		theme.ColorNameWarning: p.warn, theme.ColorNameForegroundOnWarning: p.onWarn,
		theme.ColorNameSuccess: p.good, theme.ColorNameForegroundOnSuccess: p.onGood,
		theme.ColorNameSeparator: p.separator, theme.ColorNameHeaderBackground: p.button,
		theme.ColorNameMenuBackground: p.input, theme.ColorNameOverlayBackground: p.input,
		theme.ColorNameInnerWindowBorder: p.line, theme.ColorNameInnerWindowBorderInactive: p.separator,
		theme.ColorNameScrollBar: p.line, theme.ColorNameScrollBarBackground: p.button,
	} {
		all[name] = opaque(rgb)
	}
	all[theme.ColorNameShadow] = color.NRGBA{A: 0x40}
	return all
}

func opaque(rgb uint32) color.NRGBA {
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
}
