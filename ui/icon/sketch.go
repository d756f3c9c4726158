package icon

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// grid is how many units an icon is wide and high. What is drawn keeps two units from the edge, for the rim.
const grid = 24

// shape draws itself.
type shape func(*sketch)

// sketch is a mask that grows by areas and loses others, in units of the grid.
type sketch struct {
	mask   *image.Alpha
	scale  float32 // pixels per unit
	dx, dy float32 // pixels by which everything is moved
	solid  bool    // holes are left out
}

// maskOf draws a shape.
func maskOf(size int, s shape) *image.Alpha {
	k := newSketch(size)
	s(k)
	return k.mask
}

// rimOf draws a shape without its holes, and as much wider as a rim is.
func rimOf(size int, s shape) *image.Alpha {
	k := newSketch(size)
	k.solid = true
	width := max(1, float64(size)/20)
	const turns = 16
	for i := range turns {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / turns)
		k.dx, k.dy = float32(width*cos), float32(width*sin)
		s(k)
	}
	return k.mask
}

func newSketch(size int) *sketch {
	return &sketch{mask: image.NewAlpha(image.Rect(0, 0, size, size)), scale: float32(size) / grid}
}

// point is a place on the grid, from its upper left.
type point struct{ x, y float32 }

// fill adds the area within corners.
func (k *sketch) fill(corners ...point) {
	z := k.raster(corners)
	z.Draw(k.mask, k.mask.Bounds(), image.Opaque, image.Point{})
}

// cut takes the area within corners away.
func (k *sketch) cut(corners ...point) {
	if k.solid {
		return
	}
	gone := image.NewAlpha(k.mask.Bounds())
	z := k.raster(corners)
	z.Draw(gone, gone.Bounds(), image.Opaque, image.Point{})
	for i, a := range gone.Pix {
		k.mask.Pix[i] = uint8(int(k.mask.Pix[i]) * (255 - int(a)) / 255)
	}
}

func (k *sketch) raster(corners []point) *vector.Rasterizer {
	b := k.mask.Bounds()
	z := vector.NewRasterizer(b.Dx(), b.Dy())
	z.DrawOp = draw.Over
	for i, p := range corners {
		x, y := p.x*k.scale+k.dx, p.y*k.scale+k.dy
		if i == 0 {
			z.MoveTo(x, y)
		} else {
			z.LineTo(x, y)
		}
	}
	z.ClosePath()
	return z
}

// box is a rectangle.
func box(x0, y0, x1, y1 float32) []point {
	return []point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// round is a rectangle with corners of a radius.
func round(x0, y0, x1, y1, r float32) []point {
	var out []point
	for _, c := range []struct {
		at   point
		turn float64
	}{{point{x1 - r, y1 - r}, 0}, {point{x0 + r, y1 - r}, 0.25}, {point{x0 + r, y0 + r}, 0.5}, {point{x1 - r, y0 + r}, 0.75}} {
		out = append(out, arc(c.at, r, c.turn, c.turn+0.25)...)
	}
	return out
}

func circle(c point, r float32) []point { return arc(c, r, 0, 1) }

// arc is the part of a circle between two turns, clockwise from the right.
func arc(c point, r float32, from, to float64) []point {
	const steps = 48 // of a whole turn
	n := max(1, int(math.Ceil((to-from)*steps)))
	var out []point
	for i := range n + 1 {
		sin, cos := math.Sincos(2 * math.Pi * (from + (to-from)*float64(i)/float64(n)))
		out = append(out, point{c.x + r*float32(cos), c.y + r*float32(sin)})
	}
	return out
}

// band is the part of a ring between two turns, of an outer radius and a width.
func band(c point, r, width float32, from, to float64) []point {
	out := arc(c, r, from, to)
	inner := arc(c, r-width, from, to)
	for i := len(inner) - 1; i >= 0; i-- {
		out = append(out, inner[i])
	}
	return out
}

// line is a straight stroke of a width.
func line(a, b point, width float32) []point {
	dx, dy := b.x-a.x, b.y-a.y
	long := float32(math.Hypot(float64(dx), float64(dy)))
	x, y := -dy/long*width/2, dx/long*width/2
	return []point{{a.x + x, a.y + y}, {b.x + x, b.y + y}, {b.x - x, b.y - y}, {a.x - x, a.y - y}}
}
