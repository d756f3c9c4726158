package widget

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"siths-agent/agent/apitype"
	"siths-agent/ui/icon"
	"siths-agent/ui/model"
)

// picture draws an icon in the colour of how bad it is, as sharp as the display is.
func picture(i model.Icon, how apitype.Severity) fyne.CanvasObject {
	c := theme.Color(colorOf(how))
	return canvas.NewRaster(func(w, h int) image.Image { return icon.Plain(i, min(w, h), c) })
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

// mark draws the sign of how good or bad a row is: each has a shape of its own.
func mark(how apitype.Severity) fyne.CanvasObject {
	name := colorOf(how)
	if how == apitype.Info {
		name = theme.ColorNameSuccess
	}
	c := theme.Color(name)
	return canvas.NewRaster(func(w, h int) image.Image { return icon.Mark(how, min(w, h), c) })
}

// badge is how the desktop shows a window among others: the card of the panel.
func badge() fyne.Resource {
	const side = 64 // pixels: task bars show less
	file, err := icon.PNG(icon.Panel(model.IconCard, apitype.Info, side))
	if err != nil {
		return nil
	}
	return fyne.NewStaticResource("siths-window.png", file)
}
