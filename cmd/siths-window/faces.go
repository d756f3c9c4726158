package main

import (
	"siths-agent/ui/dialog"
	"siths-agent/ui/look"
	"siths-agent/ui/widget"
)

// maker makes a face, into which a code may be pasted or not.
type maker func(paste bool) dialog.Face

// faces are those that can be tried, the best first.
func faces(_ options, w look.Wanted) []maker {
	return []maker{func(paste bool) dialog.Face {
		return widget.New(widget.Options{Lang: w.Lang, Look: w.Look, Paste: paste})
	}}
}
