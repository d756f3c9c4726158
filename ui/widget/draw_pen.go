package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// pen puts things below each other into a column of a known width. Its texts wrap by themselves, so that the height of
// a screen is known before it is shown.
type pen struct {
	objects []fyne.CanvasObject
	x, y    float32 // where the next thing comes
	width   float32 // of the column that begins at x
	least   float32 // how far down the page goes beside the column
}

// style is how a text is written.
type style struct {
	size  fyne.ThemeSizeName
	color fyne.ThemeColorName
	bold  bool
}

func (s style) face() fyne.TextStyle { return fyne.TextStyle{Bold: s.bold} }

// gap moves the pen down by so many units of Fyne.
func (p *pen) gap(height float32) { p.y += height }

// put places an object over the whole width, with the height that it needs.
func (p *pen) put(o fyne.CanvasObject) {
	height := o.MinSize().Height
	o.Move(fyne.NewPos(p.x, p.y))
	o.Resize(fyne.NewSize(p.width, height))
	p.objects = append(p.objects, o)
	p.y += height
}

// ringed places what has a ring around it for the keyboard, with the ring outside of the column.
func (p *pen) ringed(o fyne.CanvasObject) {
	height := o.MinSize().Height
	p.at(o, fyne.NewPos(p.x-around, p.y), fyne.NewSize(p.width+2*around, height))
	p.y += height
}

// at places an object without moving the pen.
func (p *pen) at(o fyne.CanvasObject, pos fyne.Position, size fyne.Size) {
	o.Move(pos)
	o.Resize(size)
	p.objects = append(p.objects, o)
}

// write writes a text in as many lines as it takes.
func (p *pen) write(text string, s style) {
	for _, line := range wrap(text, s, p.width) {
		p.put(written(line, s))
	}
}

// written is one line of text.
func written(line string, s style) *canvas.Text {
	t := canvas.NewText(line, theme.Color(s.color))
	t.TextSize, t.TextStyle = theme.Size(s.size), s.face()
	return t
}

// wrap breaks a text into lines that fit a width: between words, and within one only where it does not fit alone.
func wrap(text string, s style, width float32) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimLeft(line+" "+word, " ")
		if measured(longer, s) <= width {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		broken := chop(word, s, width)
		lines, line = append(lines, broken[:len(broken)-1]...), broken[len(broken)-1]
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// chop cuts a word into pieces that fit a width, of one character at least.
func chop(word string, s style, width float32) []string {
	var pieces []string
	piece := ""
	for _, r := range word {
		if piece != "" && measured(piece+string(r), s) > width {
			pieces, piece = append(pieces, piece), ""
		}
		piece += string(r)
	}
	return append(pieces, piece)
}

func measured(text string, s style) float32 {
	return fyne.MeasureText(text, theme.Size(s.size), s.face()).Width
}

// together is what stands where it was put, as one object of a size.
func together(size fyne.Size, objects ...fyne.CanvasObject) *fyne.Container {
	c := &fyne.Container{Layout: placed{size}, Objects: objects}
	c.Resize(size)
	return c
}

// placed is the layout of what stands where it was put.
type placed struct{ size fyne.Size }

// Layout leaves everything where it is.
func (placed) Layout([]fyne.CanvasObject, fyne.Size) {}

// MinSize returns the size of the whole, in units of Fyne.
func (p placed) MinSize([]fyne.CanvasObject) fyne.Size { return p.size }

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
