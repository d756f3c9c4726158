// Package icon draws the signs of the panel and the windows, from shapes and at any size.
package icon

import (
	"image"
	"image/color"
	"image/draw"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// All returns every icon that can be drawn.
func All() []model.Icon {
	return []model.Icon{model.IconOff, model.IconReader, model.IconCard, model.IconWait, model.IconKey, model.IconOpen, model.IconShut,
		model.IconWarning, model.IconError, model.IconInfo, model.IconTimer, model.IconSystems, model.IconDiagnose}
}

// Plain draws an icon in one colour, on nothing, so many pixels wide and high. One that is not known is IconInfo.
func Plain(i model.Icon, size int, c color.Color) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, size, size))
	paint(out, maskOf(size, shapeOf(i)), c)
	return out
}

// Panel draws an icon for a panel whose colour is not known: light, with a dark rim that shows where the panel is light. What
// is more than information has a sign of its own in the corner: a triangle for a warning, a cross for an error.
func Panel(i model.Icon, s apitype.Severity, size int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, size, size))
	amber, red := color.NRGBA{0xff, 0xc1, 0x07, 0xff}, color.NRGBA{0xff, 0x7a, 0x70, 0xff}
	switch i {
	case model.IconWarning:
		rimmed(out, warning, amber)
		return out
	case model.IconError:
		rimmed(out, failure, red)
		return out
	}
	rimmed(out, shapeOf(i), color.White)
	switch s {
	case apitype.Warning:
		rimmed(out, cornerWarning, amber)
	case apitype.Error:
		rimmed(out, cornerError, red)
	}
	return out
}

// rimmed draws a shape in a colour, with a dark rim around it and dark where it has holes.
func rimmed(on *image.NRGBA, s shape, c color.Color) {
	size := on.Bounds().Dx()
	paint(on, rimOf(size, s), color.NRGBA{0x1c, 0x1f, 0x21, 0xff})
	paint(on, maskOf(size, s), c)
}

func paint(on *image.NRGBA, mask *image.Alpha, c color.Color) {
	draw.DrawMask(on, on.Bounds(), image.NewUniform(c), image.Point{}, mask, image.Point{}, draw.Over)
}

func shapeOf(i model.Icon) shape {
	if s, ok := shapes()[i]; ok {
		return s
	}
	return info
}

func shapes() map[model.Icon]shape {
	return map[model.Icon]shape{
		model.IconOff:      off,
		model.IconReader:   reader,
		model.IconCard:     card,
		model.IconWait:     wait,
		model.IconKey:      key,
		model.IconOpen:     openLock,
		model.IconShut:     shutLock,
		model.IconWarning:  warning,
		model.IconError:    failure,
		model.IconInfo:     info,
		model.IconTimer:    timer,
		model.IconSystems:  systems,
		model.IconDiagnose: diagnose,
	}
}
