package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// picture draws an icon in the colour of how bad it is.
func picture(_ model.Icon, how apitype.Severity) fyne.CanvasObject {
	return canvas.NewCircle(theme.Color(colorOf(how)))
}

// colorOf is the colour of how bad something is. None of them tells anything that a shape or a word does not tell too.
func colorOf(how apitype.Severity) fyne.ThemeColorName {
	switch how {
	case apitype.Info:
		return theme.ColorNamePrimary
	case apitype.Warning:
		return theme.ColorNameWarning
	}
	return theme.ColorNameError
}

// mark draws the sign of how good or bad a row is: a tick, an exclamation mark or a cross, each in a shape of its own.
func mark(how apitype.Severity) fyne.CanvasObject {
	return canvas.NewCircle(theme.Color(colorOf(how)))
}
