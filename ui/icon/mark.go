package icon

import (
	"image"
	"image/color"

	"siths-agent/agent/apitype"
)

// Mark draws the sign of how good or bad one of many things is, in one colour, so many pixels wide and high: a disc with a
// tick, a triangle with an exclamation mark, or an octagon with a cross.
func Mark(s apitype.Severity, size int, c color.Color) *image.NRGBA {
	sign := failure
	switch s {
	case apitype.Info:
		sign = good
	case apitype.Warning:
		sign = warning
	}
	out := image.NewNRGBA(image.Rect(0, 0, size, size))
	paint(out, maskOf(size, sign), c)
	return out
}

// good is a disc with a tick.
func good(k *sketch) {
	k.fill(circle(point{12, 12}, 10)...)
	k.cut(line(point{6.8, 12.4}, point{10.6, 16.2}, 2.8)...)
	k.cut(line(point{9.7, 16.1}, point{17.2, 8.2}, 2.8)...)
}
