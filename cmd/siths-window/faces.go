package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"fyne.io/fyne/v2"

	"siths-agent/internal/display"
	"siths-agent/ui/dialog"
	"siths-agent/ui/look"
	"siths-agent/ui/plain"
	"siths-agent/ui/widget"
)

// sizeTime is how long a display may take to say how large it is, or when it was used: somebody waits for a window.
const sizeTime = 300 * time.Millisecond

// maker makes a face, into which a code may be pasted or not.
type maker func(paste bool) dialog.Face

// faces are those that can be tried, the best first. Fyne's is not tried where it was not asked for, or could not draw.
func faces(ctx context.Context, o options, w look.Wanted) []maker {
	simple := func(bool) dialog.Face { return plain.New(w.Lang) }
	if o.plain || w.Plain {
		return []maker{simple}
	}
	if err := display.ForgetManager(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "siths-window:", err)
	}
	if err := display.OpenGL(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "siths-window:", err)
		return []maker{simple}
	}
	drawn := func(paste bool) dialog.Face {
		return widget.New(widget.Options{Lang: w.Lang, Look: w.Look, Paste: paste, Busy: busy(ctx), Room: room(ctx)})
	}
	return []maker{drawn, simple}
}

// room is how much of the desktop a window may fill, beside its own frame and the panels. Zero where that is not known.
func room(ctx context.Context) fyne.Size {
	const beside, above = 32, 112 // pixels
	ctx, cancel := context.WithTimeout(ctx, sizeTime)
	defer cancel()
	width, height, err := display.Size(ctx, os.Getenv)
	if err != nil || width < 2*beside || height < 2*above {
		return fyne.Size{}
	}
	return fyne.NewSize(float32(width-beside), float32(height-above))
}

// busy says whether somebody has pressed a key, or moved the pointer, so shortly ago that it may go on. Who has put a card in
// and waits for the window has not.
func busy(ctx context.Context) bool {
	const lately = 500 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, sizeTime)
	defer cancel()
	idle, err := display.Idle(ctx, os.Getenv)
	return err == nil && idle < lately
}
