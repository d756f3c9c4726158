package widget

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// The measures of a window at 100 %, in units of Fyne.
const (
	margin    = 24
	wide      = 520 // of a window that asks or tells one thing
	wideRows  = 720 // of one that lists things
	low       = 260 // the least height
	pictured  = 56  // the side of the picture
	besideGap = 16
	lineGap   = 8
	blockGap  = 16
	labelGap  = 2
)

func titled() style    { return style{theme.SizeNameHeadingText, theme.ColorNameForeground, true} }
func plainly() style   { return style{theme.SizeNameText, theme.ColorNameForeground, false} }
func boldly() style    { return style{theme.SizeNameText, theme.ColorNameForeground, true} }
func warningly() style { return style{theme.SizeNameText, theme.ColorNameWarning, true} }
func quietly() style   { return style{theme.SizeNameCaptionText, theme.ColorNamePlaceHolder, false} }

// head draws the picture, the title and the sentences of a screen.
func (s *stage) head(p *pen) {
	side := pictured * s.o.Look.Scale()
	s.picture(p, side)
	p.x, p.width = p.x+side+besideGap, p.width-side-besideGap
	top := p.y
	p.write(s.screen.Title, titled())
	for i, line := range s.sentences() {
		p.gap(lineGap)
		p.write(line, s.weight(i, line))
	}
	p.y = max(p.y, top+side)
}

// sentences are the screen's own, and what is added when it lasts.
func (s *stage) sentences() []string {
	if l := s.screen.Later; l != nil && s.clock.lasted(l.After) {
		return append(s.screen.Body[:len(s.screen.Body):len(s.screen.Body)], l.Line)
	}
	return s.screen.Body
}

// weight says how a sentence is written: what is wrong comes first and stands out, and what is for the helpdesk is small.
func (s *stage) weight(i int, line string) style {
	switch {
	case s.screen.Code != "" && strings.Contains(line, string(s.screen.Code)):
		return quietly()
	case i == 0 && s.screen.Severity != apitype.Info && len(s.screen.Rows) == 0:
		return boldly()
	}
	return plainly()
}

// picture draws the icon of a screen, or the seconds that are left of a countdown.
func (s *stage) picture(p *pen, side float32) {
	pos, size := fyne.NewPos(p.x, p.y), fyne.NewSquareSize(side)
	if s.screen.Icon == model.IconTimer && s.screen.LocksIn > 0 {
		s.countdown(p, pos, size)
		return
	}
	p.at(picture(s.screen.Icon, s.screen.Severity), pos, size)
}

// countdown draws a number in a ring, as large as it gets.
func (s *stage) countdown(p *pen, pos fyne.Position, size fyne.Size) {
	ring := canvas.NewCircle(nil)
	ring.StrokeColor, ring.StrokeWidth = theme.Color(theme.ColorNameWarning), 4*s.o.Look.Scale()
	p.at(ring, pos, size)
	number := written(strconv.Itoa(s.screen.LocksIn), titled())
	number.Alignment = fyne.TextAlignCenter
	height := number.MinSize().Height
	p.at(number, pos.AddXY(0, (size.Height-height)/2), fyne.NewSize(size.Width, height))
}

// fields draws what is typed into.
func (s *stage) fields(p *pen) {
	for _, f := range s.screen.Fields {
		p.gap(blockGap)
		p.write(f.Label, boldly())
		p.gap(labelGap)
		p.ringed(s.pads.of(f))
		if hint := hinted(s.o.Lang, s.pads.of(f).or(s.hints[f.Kind])); hint != "" {
			p.write(hint, warningly())
		}
	}
}

// folding draws the button that shows and hides the keypad, where there is something to type.
func (s *stage) folding(p *pen) {
	if len(s.screen.Fields) == 0 {
		return
	}
	p.gap(lineGap)
	s.fold.label = s.foldLabel()
	s.fold.Refresh()
	p.at(s.fold, fyne.NewPos(p.x-around, p.y), s.fold.MinSize())
	p.gap(s.fold.MinSize().Height)
}

// compose draws the screen: what can be scrolled, and below it the buttons that are always in sight.
func (s *stage) compose() (body, bar *fyne.Container) {
	width := s.width()
	p := &pen{x: margin, y: margin, width: width - 2*margin}
	if s.beside(width) {
		s.pad(p, width)
		s.head(p)
	} else {
		s.head(p)
		p.x, p.width = margin, width-2*margin
		s.folding(p)
		s.pad(p, width)
	}
	s.fields(p)
	if s.beside(width) {
		s.folding(p)
	}
	p.x, p.width = margin, width-2*margin
	s.rows(p)
	p.gap(margin)
	body = together(fyne.NewSize(width, max(p.y, p.least)), p.objects...)
	return body, s.bar(width)
}

// fitting is the size of a window that shows all, as far as the desktop has room for it.
func (s *stage) fitting(body, bar fyne.Size) fyne.Size {
	return fyne.NewSize(body.Width, min(max(low, body.Height+bar.Height), s.room().Height))
}

// narrowest is how wide a column of text is at least, at 100 %, that has the keypad beside it from the top.
const narrowest = 260

// beside says whether a window of a width has room for all its text beside the keypad. Where it has not, only the fields
// are beside it.
func (s *stage) beside(width float32) bool {
	return !s.keys() || width-2*margin-besideGap-s.keypad.MinSize().Width >= narrowest*s.o.Look.Scale()
}

// pad draws the keypad at the right edge, if it is wanted, and narrows the column by it.
func (s *stage) pad(p *pen, width float32) {
	if !s.keys() {
		return
	}
	size := s.keypad.MinSize()
	s.padTop = p.y
	p.at(s.keypad, fyne.NewPos(width-margin-size.Width, p.y), size)
	p.least = p.y + size.Height + margin
	p.width -= size.Width + besideGap
}

// keys says whether the keypad is there.
func (s *stage) keys() bool { return s.unfolded && len(s.screen.Fields) > 0 }

// room is how much of the desktop a window may fill: where that is not known, what the smallest desktop leaves beside
// the frame of the window.
func (s *stage) room() fyne.Size {
	if s.o.Room.IsZero() {
		return fyne.NewSize(640, 440)
	}
	scale := s.win.Canvas().Scale()
	return fyne.NewSize(s.o.Room.Width/scale, s.o.Room.Height/scale)
}

func (s *stage) width() float32 {
	width := float32(wide)
	if len(s.screen.Rows) > 0 {
		width = wideRows
	}
	width *= s.o.Look.Scale()
	if s.keys() {
		width += s.keypad.MinSize().Width + besideGap
	}
	return min(width, s.room().Width)
}
