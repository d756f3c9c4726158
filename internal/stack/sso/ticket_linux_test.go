package sso

import (
	"context"
	"os"
	"strings"
	"testing"

	"siths-agent/internal/lab"
	"siths-agent/internal/stack/browser"
)

// TestATicketOpensPagesInWindowsUntilTheCardLeaves is about SPNEGO, for which Chromium needs a window.
func TestATicketOpensPagesInWindowsUntilTheCardLeaves(t *testing.T) {
	t.Parallel()
	w := open(t, lab.SPNEGO)
	w.showsTickets(browser.Chromium, browser.Firefox)
}

// TestAConnectionThatATicketHasOpenedIsCut is about a server that asks for a ticket once for each connection, as IIS does.
func TestAConnectionThatATicketHasOpenedIsCut(t *testing.T) {
	t.Parallel()
	w := open(t, lab.SPNEGO)
	file := w.lab.Path("spnego.conf")
	conf, err := os.ReadFile(file)
	w.must(err)
	bound := strings.Replace(string(conf), "AuthType GSSAPI\n", "AuthType GSSAPI\n GssapiConnectionBound On\n", 1)
	w.lab.Halt(lab.SPNEGO)
	w.must(os.WriteFile(file, []byte(bound+"KeepAliveTimeout 300\nMaxKeepAliveRequests 0\n"), 0o644))
	w.must(w.lab.Resume(lab.SPNEGO))
	w.showsTickets(browser.Chromium, browser.Firefox)
}

// showsTickets has browsers load the page that wants a ticket: refused before there is one, served with it, and no more when
// the card has gone.
func (w *world) showsTickets(kinds ...browser.Kind) {
	w.tb.Helper()
	browsers := w.browsersOn(w.Xvfb(), kinds...)
	var uses []use
	for _, b := range browsers {
		uses = append(uses, w.browseWithTicket(b))
		if w.attempt(w.tb.Context(), uses[len(uses)-1]) == nil {
			w.tb.Errorf("%s got a page before there was a ticket", b.Kind())
		}
	}
	w.insertAnna()
	w.awaitTicket()
	w.atOnce(uses)
	_, last := w.afterRemoval(uses, stubborn)
	for i, u := range uses {
		w.tb.Logf("%s: the last page was asked for %s after the removal", u.name, last[i])
		if last[i] > noPageAfter {
			w.tb.Errorf("%s got a page %s after the removal", u.name, last[i])
		}
	}
	w.stillThere(browsers)
	w.again()
	w.awaitTicket()
	w.usable(uses)
}

// browseWithTicket loads a page of the server that wants a ticket.
func (w *world) browseWithTicket(b *browser.Browser) use {
	return use{string(b.Kind()), func(ctx context.Context) error {
		text, err := b.Load(ctx, w.lab.URL(lab.SPNEGO))
		return knowsAnna(text, err)
	}}
}
