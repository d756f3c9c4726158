package sso

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack/browser"
)

// What is promised after the card has gone.
const (
	noPageAfter   = time.Second
	noTicketAfter = 250 * time.Millisecond // after the service has seen it
)

// seen is how long after the removal the service wrote that it has seen it. The virtual reader's driver is asked every 0.4 s.
func (w *world) seen(gone time.Time) time.Duration {
	w.tb.Helper()
	out := w.AwaitRow("the removal", func(e audit.Entry) bool { return e.Event == audit.CardOut && e.Time.After(gone) })
	return out.Time.Sub(gone)
}

// stubborn is how long programs try on.
const stubborn = 2500 * time.Millisecond

func TestOnePINOpensEverythingAtOnceAndTheCardEndsItAll(t *testing.T) {
	t.Parallel()
	w := open(t, lab.KDC, lab.Web, lab.SPNEGO, lab.SSH)
	browsers := w.browsers(browser.Chromium, browser.Firefox)
	client := w.start("program")
	if l := client.do("slots"); l.err != nil || l.said != "0" {
		t.Fatalf("slots with a card before there is one: %+v", l)
	}
	w.insertAnna()
	w.awaitTicket()
	uses := w.uses(client, browsers...)
	w.atOnce(uses)
	w.wantTold()
	if s, err := w.card.Stat(); err != nil || s.Verify != 1 {
		t.Errorf("the PIN was given %d times, not once (%v)", s.Verify, err)
	}
	gone, last := w.afterRemoval(uses, stubborn)
	for i, u := range uses {
		t.Logf("%s: the last success began %s after the removal", u.name, last[i])
		if last[i] > noPageAfter {
			t.Errorf("%s got through %s after the card had gone", u.name, last[i])
		}
	}
	w.wantNoPageAfter(gone)
	w.wantTicketsGone()
	if l := client.do("slots"); l.err != nil || l.said != "0" {
		t.Errorf("slots with a card after the removal: %+v", l)
	}
	w.stillThere(browsers)
	w.wantReleases("kinit", "ssh", "program", "chromium", "firefox-esr")
	w.AwaitRow("the ticket", func(e audit.Entry) bool {
		return e.Event == audit.SSOTicket && slices.Equal(e.Systems, []string{string(lab.KDC)})
	})
}

// stillThere wants every browser to run as the process that it was.
func (w *world) stillThere(browsers []*browser.Browser) {
	w.tb.Helper()
	for _, b := range browsers {
		select {
		case <-b.Done():
			w.tb.Errorf("%s has ended: %s", b.Kind(), b.Log())
		default:
		}
	}
}

// awaitTicket waits until the service has got the ticket.
func (w *world) awaitTicket() {
	w.tb.Helper()
	w.Await("the ticket", func(s apitype.Snapshot) bool {
		return slices.ContainsFunc(s.Systems, func(one apitype.System) bool { return one.Kind == "kerberos" && one.State == "ready" })
	})
}

// wantTold asks sithsctl about the systems, as anna.
func (w *world) wantTold() {
	w.tb.Helper()
	list := w.well(w.anna(w.sithsctl("sso", "list")))
	for _, part := range []lab.Part{lab.KDC, lab.Web, lab.SSH} {
		if !strings.Contains(list, string(part)) {
			w.tb.Errorf("sso list does not tell of %s: %s", part, list)
		}
	}
	if why := w.anna(w.sithsctl("sso", "explain", string(lab.Web))); why.Code != 0 || !strings.Contains(why.Stdout, "is let in") {
		w.tb.Errorf("sso explain: %s%s", why.Stdout, why.Stderr)
	}
}

// wantNoPageAfter looks into the server's own log for a page that it served later than it may.
func (w *world) wantNoPageAfter(gone time.Time) {
	w.tb.Helper()
	for line := range strings.Lines(w.lab.Log(lab.Web)) {
		words := strings.Fields(line)
		milli, err := strconv.ParseInt(words[0], 10, 64)
		w.must(err)
		if at := time.UnixMilli(milli).Sub(gone); at > noPageAfter && words[1] == "200" {
			w.tb.Errorf("a page %s after the removal: %s", at, line)
		}
	}
}

// wantTicketsGone looks for what is left of the tickets that the service got, and how soon it was all gone.
func (w *world) wantTicketsGone() {
	w.tb.Helper()
	left, err := filepath.Glob(filepath.Join(filepath.Dir(w.Service.Socket()), "tickets", "*", "*"))
	w.must(err)
	for _, file := range left {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 && filepath.Base(file) != "primary" {
			w.tb.Errorf("%s is left of the tickets", file)
		}
	}
	out := w.AwaitRow("the removal", func(e audit.Entry) bool { return e.Event == audit.CardOut })
	// Not every end comes after that row: a program whose signature fails has the card looked at before the reader tells.
	ended := w.AwaitRow("the end of the tickets", func(e audit.Entry) bool {
		return e.Event == audit.SSOEnded && e.Insertion == out.Insertion && e.Reason == "login"
	})
	if took := ended.Time.Sub(out.Time); took > noTicketAfter {
		w.tb.Errorf("the tickets went %s after the removal", took)
	}
}

// wantReleases looks for a row of a release to each program, with the system that it was for.
func (w *world) wantReleases(programs ...string) {
	w.tb.Helper()
	rows := w.Rows()
	for _, program := range programs {
		if !slices.ContainsFunc(rows, func(e audit.Entry) bool { return isRelease(e, program) }) {
			w.tb.Errorf("no row of a release to %s in\n%s", program, describe(rows))
		}
	}
	w.WantWholeLog()
}

func isRelease(e audit.Entry, program string) bool {
	return e.Event == audit.SSOReleased && filepath.Base(e.Exe) == program && len(e.Systems) > 0
}

func describe(rows []audit.Entry) string {
	var b strings.Builder
	for _, e := range rows {
		fmt.Fprintf(&b, "%s %s %v\n", e.Event, e.Exe, e.Systems)
	}
	return b.String()
}
