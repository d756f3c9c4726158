package widget

import (
	"cmp"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// pressRenderer draws what can be pressed. The ring for the keyboard lies outside of the ground, with a gap: so it stands
// out against both, whatever colour the ground has.
type pressRenderer struct {
	of         *pressable
	ring, body *canvas.Rectangle
	text       *canvas.Text
}

// edge is how much room there is around the ground.
func (r *pressRenderer) edge() float32 {
	if r.of.ring {
		return around
	}
	return 0
}

// MinSize is for Fyne.
func (r *pressRenderer) MinSize() fyne.Size {
	pad, edge := r.of.Theme().Size(theme.SizeNameInnerPadding), 2*r.edge()
	body := r.text.MinSize().AddWidthHeight(4*pad, 2*pad)
	return body.Max(fyne.NewSquareSize(minTarget)).AddWidthHeight(edge, edge)
}

// Layout is for Fyne.
func (r *pressRenderer) Layout(size fyne.Size) {
	edge := r.edge()
	r.ring.Move(fyne.NewPos(0, 0))
	r.ring.Resize(size)
	r.body.Move(fyne.NewPos(edge, edge))
	r.body.Resize(size.SubtractWidthHeight(2*edge, 2*edge))
	height := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(0, (size.Height-height)/2))
	r.text.Resize(fyne.NewSize(size.Width, height))
}

// Refresh is for Fyne.
func (r *pressRenderer) Refresh() {
	r.paint()
	r.Layout(r.of.Size())
	for _, o := range r.Objects() {
		canvas.Refresh(o)
	}
}

func (r *pressRenderer) paint() {
	ground, line, text := r.of.colors()
	r.ring.FillColor, r.ring.StrokeColor = color.Transparent, color.Transparent
	if r.of.focused {
		r.ring.StrokeColor = themed(r.of, theme.ColorNameFocus)
	}
	r.body.FillColor, r.body.StrokeColor = themed(r.of, ground), themed(r.of, line)
	r.text.Text, r.text.Color = r.of.label, themed(r.of, text)
	r.text.TextStyle.Bold = r.of.primary
	r.text.TextSize = r.of.Theme().Size(cmp.Or(r.of.size, theme.SizeNameText))
}

// Objects is for Fyne.
func (r *pressRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.body, r.text}
}

// Destroy is for Fyne.
func (r *pressRenderer) Destroy() {}

// themed is a colour of the theme that a widget has.
func themed(of interface{ Theme() fyne.Theme }, name fyne.ThemeColorName) color.Color {
	return of.Theme().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

// scaleOf is how large a theme's text is, as a factor of our ordinary one.
func scaleOf(t fyne.Theme) float32 {
	return t.Size(theme.SizeNameText) / textSize(theme.SizeNameText)
}
