package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"siths-agent/ui/model"
)

const (
	markSide = 22 // of the sign before a row, at 100 %
	rowGap   = 7
)

// rows draws the rows of a page: a sign of its own shape for each state, what the row is about, and what is so.
func (s *stage) rows(p *pen) {
	if len(s.screen.Rows) == 0 {
		return
	}
	p.gap(blockGap)
	for i, r := range s.screen.Rows {
		if i == 0 || r.Label != "" { // one without is more about the one above
			p.line()
			p.gap(rowGap)
		}
		s.row(p, r)
		p.gap(rowGap)
	}
	p.line()
}

// row draws one row: label and value side by side, each in as many lines as it needs.
func (s *stage) row(p *pen, r model.Row) {
	x, width, top := p.x, p.width, p.y
	if side := markSide * s.o.Look.Scale(); s.marked() {
		if r.Severity != "" {
			p.at(mark(r.Severity), fyne.NewPos(p.x, p.y), fyne.NewSquareSize(side))
		}
		p.x, p.width = p.x+side+10, p.width-side-10
	}
	value := p.x + p.width*2/5
	p.width = value - p.x - besideGap
	p.write(r.Label, boldly())
	bottom := p.y
	p.x, p.y, p.width = value, top, x+width-value
	p.write(r.Value, plainly())
	p.x, p.y, p.width = x, max(p.y, bottom), width
}

// marked says whether any row has a sign.
func (s *stage) marked() bool {
	for _, r := range s.screen.Rows {
		if r.Severity != "" {
			return true
		}
	}
	return false
}

// line draws a thin line over the width of the column.
func (p *pen) line() {
	p.at(canvas.NewRectangle(theme.Color(theme.ColorNameSeparator)), fyne.NewPos(p.x, p.y), fyne.NewSize(p.width, 1))
	p.gap(1)
}
