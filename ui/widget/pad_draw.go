package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// The measures of a pad at 100 %, in units of Fyne.
const (
	padWidth  = 240 // room for twelve dots
	dotSize   = 12
	dotPitch  = 18 // from one dot to the next
	padInset  = 14 // from the border to the first dot
	caretSize = 24 // high
)

// CreateRenderer is for Fyne.
func (p *Pad) CreateRenderer() fyne.WidgetRenderer {
	r := &padRenderer{of: p, ring: canvas.NewRectangle(nil), box: canvas.NewRectangle(nil), caret: canvas.NewRectangle(nil)}
	r.ring.CornerRadius, r.box.CornerRadius = corner+around, corner
	r.ring.StrokeWidth, r.box.StrokeWidth = ringWidth, lineWidth
	r.paint()
	return r
}

// padRenderer draws a box, a dot for each digit and where the next one comes. It is told how many digits there are, not
// which.
type padRenderer struct {
	of               *Pad
	ring, box, caret *canvas.Rectangle
	dots             []*canvas.Circle
}

// MinSize is for Fyne.
func (r *padRenderer) MinSize() fyne.Size {
	height := max(minTarget, (caretSize+2*8)*r.scale())
	return fyne.NewSize(padWidth*r.scale()+2*around, height+2*around)
}

func (r *padRenderer) scale() float32 { return scaleOf(r.of.Theme()) }

// Layout is for Fyne. Dots that do not fit side by side move closer together.
func (r *padRenderer) Layout(size fyne.Size) {
	r.ring.Move(fyne.NewPos(0, 0))
	r.ring.Resize(size)
	r.box.Move(fyne.NewPos(around, around))
	r.box.Resize(size.SubtractWidthHeight(2*around, 2*around))
	scale := r.scale()
	left := around + padInset*scale
	dot, pitch := dotSize*scale, dotPitch*scale
	if room := size.Width - 2*left; len(r.dots) > 0 {
		pitch = min(pitch, room/float32(len(r.dots)))
		dot = min(dot, pitch*dotSize/dotPitch)
	}
	for i, d := range r.dots {
		d.Resize(fyne.NewSquareSize(dot))
		d.Move(fyne.NewPos(left+float32(i)*pitch, (size.Height-dot)/2))
	}
	r.caret.Resize(fyne.NewSize(2*scale, caretSize*scale))
	r.caret.Move(fyne.NewPos(left+float32(len(r.dots))*pitch, (size.Height-caretSize*scale)/2))
}

// Refresh is for Fyne.
func (r *padRenderer) Refresh() {
	r.paint()
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *padRenderer) paint() {
	box, line, ink := theme.ColorNameInputBackground, theme.ColorNameInputBorder, theme.ColorNameForeground
	if r.of.Disabled() {
		box, ink = theme.ColorNameDisabledButton, theme.ColorNameDisabled
	}
	r.ring.FillColor, r.ring.StrokeColor = color.Transparent, color.Transparent
	r.caret.FillColor = color.Transparent
	if r.of.focused && !r.of.Disabled() {
		r.ring.StrokeColor, r.caret.FillColor = themed(r.of, theme.ColorNameFocus), themed(r.of, ink)
	}
	r.box.FillColor, r.box.StrokeColor = themed(r.of, box), themed(r.of, line)
	r.count(r.of.Len())
	for _, d := range r.dots {
		d.FillColor = themed(r.of, ink)
	}
}

// count makes as many dots as there are digits.
func (r *padRenderer) count(n int) {
	for len(r.dots) < n {
		r.dots = append(r.dots, canvas.NewCircle(nil))
	}
	r.dots = r.dots[:n]
}

// Objects is for Fyne.
func (r *padRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.ring, r.box, r.caret}
	for _, d := range r.dots {
		all = append(all, d)
	}
	return all
}

// Destroy is for Fyne.
func (r *padRenderer) Destroy() {}
