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

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/agent/safesocket"
	product "siths-agent/internal/version"
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
		return e.print(renderPage(e.lang, page))
	}
}

// bundleOptions are how a bundle is shown before it is saved.
type bundleOptions struct{ asJSON, yes bool }

// saveBundle shows what a bundle will hold, all of it, and saves it when that is wanted. Where there is nobody to ask, whoever
// named the file has wanted it.
func (e *env) saveBundle(ctx context.Context, page diag.Page, name string, o bundleOptions) error {
	b, err := diag.Pack(page, e.pageText(text.SV), e.pageText(text.EN))
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

// pageText is the page for people who read a language, as a file of a bundle.
func (e *env) pageText(l text.Lang) diag.Text {
	return diag.Text{Name: "page." + string(l) + ".txt", Holds: text.Ctl(text.EN, text.CtlBundleText),
		Write: func(p diag.Page) string { return renderPage(l, p) }}
}

// previewBundle shows the page, which is all that a bundle holds, and the files.
func (e *env) previewBundle(b *diag.Bundle, page diag.Page, name string, asJSON bool) error {
	if asJSON {
		return e.printJSON(b.Items())
	}
	var s strings.Builder
	s.WriteString(renderPage(e.lang, page) + "\n" + e.say(text.CtlBundleHolds, clean(name), page.Withheld) + "\n")
	for _, i := range b.Items() {
		fmt.Fprintf(&s, "  %-14s %6d  sha256 %s  %s\n", i.Name, i.Bytes, i.SHA256, e.holds(i.Name))
	}
	return e.print(s.String())
}

// holds says what is in a file of a bundle.
func (e *env) holds(name string) string {
	switch name {
	case diag.ManifestName:
		return e.say(text.CtlBundleList)
	case diag.PageName:
		return e.say(text.CtlBundlePage)
	}
	return e.say(text.CtlBundleText)
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

// renderPage writes the page for people: a row a line, and what to do below it.
func renderPage(l text.Lang, p diag.Page) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s  %s\n", p.Time.Format(time.RFC3339), p.System)
	first := map[apitype.Code]int{} // the row that says what to do about a code: the red one, else the first
	for _, r := range p.Rows {
		if first[r.Code] == 0 || r.Colour == diag.Red {
			first[r.Code] = r.Number
		}
	}
	for _, r := range p.Rows {
		fmt.Fprintf(&s, "%2d  %-6s  %s\n", r.Number, text.DiagColour(l, string(r.Colour)), strings.TrimSuffix(text.DiagRow(l, string(r.Name))+": "+facts(l, r), ": "))
		for _, line := range append(todo(l, r, first[r.Code]), events(r)...) {
			s.WriteString("            " + line + "\n")
		}
	}
	return s.String()
}

// facts are those of a row that fit on its line.
func facts(l text.Lang, r diag.Row) string {
	var parts []string
	for _, f := range r.Facts {
		if f.What() != diag.Event {
			parts = append(parts, text.DiagLabel(l, string(f.What()))+" "+text.DiagWord(l, f.String()))
		}
	}
	return strings.Join(parts, ", ")
}

// events are the facts of a row with lines of their own.
func events(r diag.Row) []string {
	var lines []string
	for _, f := range r.Facts {
		if f.What() == diag.Event {
			lines = append(lines, f.String())
		}
	}
	return lines
}

// todo is the one thing to do about a row. first is the row that says it for all with the same code.
func todo(l text.Lang, r diag.Row, first int) []string {
	switch {
	case r.Code != "" && first != r.Number:
		return []string{text.Ctl(l, text.CtlDiagSeeRow, first) + " [" + string(r.Code) + "]"}
	case r.Code != "":
		t := text.Problem(l, r.Code)
		return []string{t.Headline + " [" + string(r.Code) + "]", t.Action}
	case r.Advice != "":
		t := text.DiagAdvice(l, string(r.Advice))
		return []string{t.Headline, t.Action}
	}
	return nil
}
