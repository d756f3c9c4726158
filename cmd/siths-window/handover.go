package main

import (
	"bytes"
	"errors"
	"strings"

	"siths-agent/ui/model"
)

// What one start of the program says to another: the page to show, and whether it is going to be shown. Both are one line.
const (
	greeting    = "siths-window 1"
	shown       = "shown\n"
	notShown    = "ended\n"
	maxHandover = 64 // bytes of a line
)

var errHandover = errors.New("it is not how one window speaks to another")

// handover is the line that asks for a page.
func handover(p model.Page) string {
	line := greeting
	for name, kind := range pageNames() {
		if kind == p.Kind && name != "" {
			line += " " + name
		}
	}
	if p.Sign {
		line += " sign"
	}
	return line + "\n"
}

// parseHandover reads such a line. What is not exactly one is refused.
func parseHandover(line []byte) (model.Page, error) {
	rest, ok := bytes.CutPrefix(line, []byte(greeting))
	rest, ended := bytes.CutSuffix(rest, []byte("\n"))
	if !ok || !ended || len(line) > maxHandover {
		return model.Page{}, errHandover
	}
	name, sign := strings.CutSuffix(string(rest), " sign")
	name, spaced := strings.CutPrefix(name, " ")
	p, err := pageOf(name, sign)
	if err != nil || handover(p) != string(line) || spaced != (name != "") {
		return model.Page{}, errHandover
	}
	return p, nil
}
