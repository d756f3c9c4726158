package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"siths-agent/ui/model"
)

const (
	barGap    = 12 // above and below the buttons
	buttonGap = 6  // between the rings of two
)

// bar draws the buttons from the right edge, in as many lines as they need.
func (s *stage) bar(width float32) *fyne.Container {
	p := &pen{y: barGap - around}
	edge := canvas.NewRectangle(theme.Color(theme.ColorNameSeparator))
	p.at(edge, fyne.NewPos(0, 0), fyne.NewSize(width, 1))
	for _, line := range s.lines(width - 2*margin) {
		p.flush(line, width-margin+around)
	}
	p.gap(barGap - around)
	return together(fyne.NewSize(width, p.y), p.objects...)
}

// lines are the buttons, as many side by side as fit a width.
func (s *stage) lines(width float32) [][]fyne.CanvasObject {
	var lines [][]fyne.CanvasObject
	used := width + 1
	for _, b := range s.shown() {
		o := s.button(b)
		w := o.MinSize().Width
		if used+buttonGap+w > width+2*around {
			lines, used = append(lines, nil), -buttonGap
		}
		last := len(lines) - 1
		lines[last], used = append(lines[last], o), used+buttonGap+w
	}
	return lines
}

// flush places things side by side so that the last ends at the right edge.
func (p *pen) flush(line []fyne.CanvasObject, right float32) {
	x, high := right+buttonGap, float32(0)
	for _, o := range line {
		x -= o.MinSize().Width + buttonGap
		high = max(high, o.MinSize().Height)
	}
	for _, o := range line {
		p.at(o, fyne.NewPos(x, p.y), o.MinSize())
		x += o.MinSize().Width + buttonGap
	}
	p.gap(high)
}

// button is the one that does something, with the words that it has now.
func (s *stage) button(b model.Button) *Button {
	o := s.buttons[b.ID]
	if o == nil {
		o = NewButton(ButtonOptions{Tapped: func() { s.choose(b.ID) }, Key: s.key})
		s.buttons[b.ID] = o
	}
	o.label, o.primary = b.Label, b.Default
	o.Refresh()
	return o
}

// stacked is the layout of what scrolls above what does not.
type stacked struct{}

// Layout gives the second its height, and the first the rest.
func (stacked) Layout(o []fyne.CanvasObject, size fyne.Size) {
	bar := o[1].MinSize().Height
	o[0].Resize(fyne.NewSize(size.Width, max(0, size.Height-bar)))
	o[1].Move(fyne.NewPos(0, max(0, size.Height-bar)))
	o[1].Resize(fyne.NewSize(size.Width, bar))
}

// MinSize returns no size: a desktop may be smaller than a screen, which then scrolls.
func (stacked) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(1) }
