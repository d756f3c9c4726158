package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"siths-agent/ui/model"
)

const usage = "siths-window [--page pin|change|unblock|card|systems|diagnostics|about] [--sign] [--plain] [--socket PATH] [--licences] [--version]"

// options is what the program was started with.
type options struct {
	page     model.Page
	plain    bool   // a window that needs no OpenGL
	socket   string // of the service; empty is the system's
	version  bool
	licences bool // of all parts, to be read in a terminal
}

var errArguments = errors.New("it takes no arguments but flags")

// pageNames are the pages that can be asked for; none is whatever the state calls for.
func pageNames() map[string]model.ID {
	return map[string]model.ID{"": "", "pin": model.PIN, "change": model.Change, "unblock": model.Unblock, "card": model.CardKnown,
		"systems": model.Systems, "diagnostics": model.Diagnostics, "about": model.About}
}

// pageOf is the page of a name.
func pageOf(name string, sign bool) (model.Page, error) {
	kind, ok := pageNames()[name]
	if !ok {
		return model.Page{}, fmt.Errorf("there is no page %q", name)
	}
	return model.Page{Kind: kind, Sign: sign && (kind == model.Change || kind == model.Unblock)}, nil
}

func parse(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("siths-window", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	page, sign := fs.String("page", "", ""), fs.Bool("sign", false, "")
	fs.BoolVar(&o.plain, "plain", false, "")
	fs.BoolVar(&o.licences, "licences", false, "")
	fs.BoolVar(&o.version, "version", false, "")
	fs.StringVar(&o.socket, "socket", os.Getenv("SITHS_AGENT_SOCKET"), "")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, errArguments
	}
	var err error
	o.page, err = pageOf(strings.TrimSpace(*page), *sign)
	return o, err
}
