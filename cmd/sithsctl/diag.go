package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"siths-agent/agent/diag"
	"siths-agent/agent/safesocket"
	product "siths-agent/internal/version"
	"siths-agent/ui/diagpage"
	"siths-agent/ui/text"
)

func buildDiag(fs *flag.FlagSet) action {
	asJSON, yes := fs.Bool("json", false, ""), fs.Bool("yes", false, "")
	config, out := fs.String("config", "", "FILE"), fs.String("out", "", "FILE.zip")
	return func(ctx context.Context, e *env, _ []string) error {
		page := diag.Make(ctx, diag.Options{Service: e.agent(), Socket: cmp.Or(e.socket, safesocket.DefaultPath()), Config: *config, Version: product.Number, Now: time.Now})
		switch {
		case *out != "":
			return e.saveBundle(ctx, page, *out, bundleOptions{*asJSON, *yes})
		case *asJSON:
			return e.printJSON(page)
		}
		return e.print(diagpage.Text(e.lang, page))
	}
}

// bundleOptions are how a bundle is shown before it is saved.
type bundleOptions struct{ asJSON, yes bool }

// saveBundle shows what a bundle will hold, all of it, and saves it when that is wanted. Where there is nobody to ask, whoever
// named the file has wanted it.
func (e *env) saveBundle(ctx context.Context, page diag.Page, name string, o bundleOptions) error {
	b, err := diagpage.Pack(page)
	if err != nil {
		return err
	}
	if err := e.previewBundle(b, page, name, o.asJSON); err != nil {
		return err
	}
	if !o.yes && !e.agreed(ctx) {
		return e.failed(text.CtlBundleNotSaved)
	}
	if err := writeNew(name, b.Write); err != nil {
		return err
	}
	if o.asJSON {
		return nil
	}
	return e.println(e.say(text.CtlAuditExported, name))
}

// previewBundle shows the page, which is all that a bundle holds, and the files.
func (e *env) previewBundle(b *diag.Bundle, page diag.Page, name string, asJSON bool) error {
	if asJSON {
		return e.printJSON(b.Items())
	}
	var s strings.Builder
	s.WriteString(diagpage.Text(e.lang, page) + "\n" + e.say(text.CtlBundleHolds, clean(name), page.Withheld) + "\n")
	for _, i := range b.Items() {
		fmt.Fprintf(&s, "  %-14s %6d  sha256 %s  %s\n", i.Name, i.Bytes, i.SHA256, diagpage.Holds(e.lang, i.Name))
	}
	return e.print(s.String())
}

// agreed asks on the terminal, where there is one. Anything but yes is no.
func (e *env) agreed(ctx context.Context) bool {
	tty, err := e.openTerminal()
	if err != nil {
		return true
	}
	defer func() { _ = tty.Close() }()
	fmt.Fprint(tty, e.say(text.CtlBundleQuestion))
	said := make(chan string, 1)
	go func() { // a read of a terminal cannot be stopped; it ends with the process
		line, err := bufio.NewReader(io.LimitReader(tty, maxYes)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			line = ""
		}
		said <- line
	}()
	select {
	case line := <-said:
		return isYes(line, e.say(text.CtlYes))
	case <-ctx.Done():
		return false
	}
}

// maxYes is the longest answer in bytes that is read.
const maxYes = 64
