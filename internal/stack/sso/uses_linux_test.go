package sso

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
)

// use is one program that uses the card: do has it do so once, and fails when the program or its server refuses.
type use struct {
	name string
	do   func(ctx context.Context) error
}

// uses are all of anna's programs, with the browsers and the program of hers that run already.
func (w *world) uses(client *program, browsers ...*browser.Browser) []use {
	all := []use{{"kinit", w.kinit}, {"ssh", w.ssh}, {"curl with her ticket", w.curl}, {"a Go program", func(context.Context) error { return w.fetch(client) }}}
	for _, b := range browsers {
		all = append(all, w.browse(b))
	}
	return all
}

// browse loads a page of the ordinary server.
func (w *world) browse(b *browser.Browser) use {
	return use{string(b.Kind()), func(ctx context.Context) error {
		text, err := b.Load(ctx, w.lab.URL(lab.Web))
		return knowsAnna(text, err)
	}}
}

// fetch has the Go program fetch the same page.
func (w *world) fetch(p *program) error {
	l := p.do("page " + w.lab.URL(lab.Web) + " " + w.lab.RootFile())
	return knowsAnna(l.said, l.err)
}

func knowsAnna(page string, err error) error {
	if err == nil && !strings.Contains(page, "anna") {
		err = fmt.Errorf("the page does not know anna: %q", page)
	}
	return err
}

// kinit gets a ticket of anna's own with the virtual card, into a file of its own.
func (w *world) kinit(ctx context.Context) error {
	return w.try(ctx, stack.Cmd{Path: "kinit", Args: []string{"-c", "FILE:" + w.Home("anna") + "/own.cc", "-X", "X509_user_identity=PKCS11:module_name=" + module, lab.UPN("anna")}})
}

// curl fetches the page that wants a ticket, with the one that the service has got for anna.
func (w *world) curl(ctx context.Context) error {
	return w.try(ctx, stack.Cmd{Path: "curl", Args: []string{"-sS", "--fail", "--negotiate", "-u", ":", w.lab.URL(lab.SPNEGO)}})
}

// ssh logs in at the shell.
func (w *world) ssh(ctx context.Context) error {
	hosts, err := w.lab.KnownHosts()
	if err != nil {
		return err
	}
	return w.try(ctx, stack.Cmd{Path: "ssh", Args: []string{"-o", "BatchMode=yes", "-o", "UserKnownHostsFile=" + hosts, "-o", "PKCS11Provider=" + module,
		"-p", strconv.Itoa(w.lab.Ports[lab.SSH]), lab.App, "true"}})
}

// try runs a program of anna's that must end with 0.
func (w *world) try(ctx context.Context, c stack.Cmd) error {
	r, err := w.Session.Run(ctx, c)
	if err == nil && r.Code != 0 {
		err = fmt.Errorf("%s ended with %d: %s%s", c.Path, r.Code, r.Stdout, r.Stderr)
	}
	return err
}

// oneTry bounds one use. A page whose connection was cut under it may not come at all; who waits for it loads it anew.
const oneTry = 5 * time.Second

// attempt has a program use the card once, and counts a page that does not come at all.
func (w *world) attempt(ctx context.Context, u use) error {
	ctx, cancel := context.WithTimeout(ctx, oneTry)
	defer cancel()
	err := u.do(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		w.stuck.Add(1)
		w.tb.Logf("%s waited in vain: %v", u.name, err)
	}
	return err
}

// atOnce has all programs use the card at the same time. Each that fails fails the test.
func (w *world) atOnce(all []use) {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	var together sync.WaitGroup
	for _, u := range all {
		together.Go(func() {
			if err := u.do(ctx); err != nil {
				w.tb.Errorf("%s: %v", u.name, err)
			}
		})
	}
	together.Wait()
}

// afterRemoval takes the card out and has all programs try on for a while. It returns when the card went, and how long
// after that each of them began for the last time what it got done; 0 for never.
func (w *world) afterRemoval(all []use, while time.Duration) (time.Time, []time.Duration) {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	last := make([]time.Duration, len(all))
	gone := w.remove()
	var together sync.WaitGroup
	for i, u := range all {
		together.Go(func() {
			for begun := time.Now(); begun.Sub(gone) < while; begun = time.Now() {
				if w.attempt(ctx, u) == nil {
					last[i] = begun.Sub(gone)
				}
			}
			if ctx.Err() != nil {
				w.tb.Errorf("%s hung after the card had gone", u.name)
			}
		})
	}
	together.Wait()
	return gone, last
}
