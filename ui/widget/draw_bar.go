package widget

import (
	"slices"
	"strings"

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
	s.code(p)
	for _, line := range s.lines(width - 2*margin) {
		p.flush(line, width-margin+around)
	}
	p.gap(barGap - around)
	return together(fyne.NewSize(width, p.y), p.objects...)
}

// code draws the code of what the screen is about, for support, where no sentence has it.
func (s *stage) code(p *pen) {
	code := string(s.screen.Code)
	if code == "" || slices.ContainsFunc(s.screen.Body, func(line string) bool { return strings.Contains(line, code) }) {
		return
	}
	small := written(strings.TrimSpace(code+" "+s.screen.Ref), quietly())
	p.at(small, fyne.NewPos(margin, p.y+around+(minTarget-small.MinSize().Height)/2), small.MinSize())
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
		o = NewButton(ButtonOptions{Tapped: func() { s.choose(b.ID) }, Key: s.key, Stray: s.isStray})
		s.buttons[b.ID] = o
	}
	o.label, o.primary = b.Label, b.Default
	o.Refresh()
	return o
}
