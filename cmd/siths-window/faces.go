package main

import (
	"context"
	"fmt"
	"os"

	"siths-agent/internal/display"
	"siths-agent/ui/dialog"
	"siths-agent/ui/look"
	"siths-agent/ui/plain"
	"siths-agent/ui/widget"
)

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
		return widget.New(widget.Options{Lang: w.Lang, Look: w.Look, Paste: paste})
	}
	return []maker{drawn, simple}
}
