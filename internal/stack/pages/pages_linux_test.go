package pages

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/broker/system"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
)

// keptFor is how long the server of these tests keeps a connection: longer than any of them takes.
const keptFor = "KeepAliveTimeout 300"

// keepLong has the ordinary server keep connections open, so that what a browser gets without the card, it gets on those too.
func (w *world) keepLong() {
	w.tb.Helper()
	file := w.lab.Path("ordinary.conf")
	conf, err := os.ReadFile(file)
	w.must(err)
	w.lab.Halt(lab.Web)
	w.must(os.WriteFile(file, []byte(strings.Replace(string(conf), "KeepAliveTimeout 5", keptFor, 1)), 0o644))
	w.must(w.lab.Resume(lab.Web))
}

// until loads a page again and again until it is as wanted, and returns how long that took.
func (w *world) until(b *browser.Browser, url string, served bool) time.Duration {
	w.tb.Helper()
	begun := time.Now()
	err := stack.Await(w.tb.Context(), "the page", func() bool { return (w.load(b, url) == nil) == served })
	if err != nil {
		w.tb.Errorf("waiting for the page (served: %v): %v", served, err)
	}
	return time.Since(begun)
}

// stays fails the test when a page is served at any time during a while.
func (w *world) stays(b *browser.Browser, url string, while time.Duration) {
	w.tb.Helper()
	for begun := time.Now(); time.Since(begun) < while; {
		if w.load(b, url) == nil {
			w.tb.Errorf("a page was served")
			return
		}
	}
}

// TestAPageComesWithoutAQuestionGoesWithTheCardAndComesBackWithIt is what a person sees, with a server that resumes TLS
// sessions and keeps connections open, in a browser that is never restarted.
func TestAPageComesWithoutAQuestionGoesWithTheCardAndComesBackWithIt(t *testing.T) {
	for _, kind := range []browser.Kind{browser.Chromium, browser.Firefox} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := open(t, measures{system.NetService}, lab.Web)
			w.keepLong()
			b, url, card := w.start(kind), w.lab.URL(lab.Web), w.card()
			if w.load(b, url) == nil {
				t.Error("a page was served before there was a card")
			}
			w.insert(card)
			w.until(b, url, true)
			for range 2 {
				w.out()
				t.Logf("the first refusal ended %s after the removal", w.until(b, url, false))
				w.stays(b, url, time.Second)
				before := w.signed.Load()
				w.insert(card)
				t.Logf("the first page came %s after the card", w.until(b, url, true))
				if w.signed.Load() == before {
					t.Error("a page came after the card was back, and the card has signed nothing for it")
				}
			}
			select {
			case <-b.Done():
				t.Error("the browser has ended")
			default:
			}
		})
	}
}

// TestTheCutLeavesTheBrowserAndOthersAlone is about two people's browsers.
func TestTheCutLeavesTheBrowserAndOthersAlone(t *testing.T) {
	t.Parallel()
	w := open(t, measures{system.NetService}, lab.Web)
	others, err := browser.Start(w.Lifetime(), w.Lab.Lab, browser.Options{Kind: browser.Chromium, As: "bob"})
	w.must(err)
	t.Cleanup(func() { _ = others.Close() })
	b, url := w.start(browser.Chromium), w.lab.URL(lab.Web)
	w.insert(w.card())
	w.until(b, url, true)
	bobs, annas := w.network("bob"), w.network("anna")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w.out()
	err = stack.Await(ctx, "another network process", func() bool { now := w.network("anna"); return now != "" && now != annas })
	if err != nil {
		t.Errorf("anna's network process is the same: %v", err)
	}
	if now := w.network("bob"); bobs == "" || now != bobs {
		t.Errorf("bob's network process was %q and is %q", bobs, now)
	}
	if text, err := b.Text(ctx); err != nil || !strings.Contains(text, "anna") {
		t.Errorf("anna's tab is not what it was: %q, %v", text, err)
	}
}

// network is the number of the network process of a person's Chromium.
func (w *world) network(person string) string {
	w.tb.Helper()
	p, err := w.Person(person)
	w.must(err)
	out, err := exec.CommandContext(w.tb.Context(), "pgrep", "-u", strconv.Itoa(int(p.UID)), "-f", "--", "--utility-sub-type=network.mojom.NetworkService").Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) { // it ends with 1 when there is none
		w.tb.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestABrowserWithoutTheModuleIsRefusedAndAsksNothing is about a person who is not set up.
func TestABrowserWithoutTheModuleIsRefusedAndAsksNothing(t *testing.T) {
	t.Parallel()
	w := open(t, nil, lab.Web)
	sithsctl, err := w.Program("sithsctl")
	w.must(err)
	w.well(w.anna(stack.Cmd{Path: sithsctl, Args: []string{"sso", "setup", "--user", "--remove"}}))
	list, err := os.ReadFile(filepath.Join(w.Home("anna"), ".pki", "nssdb", "pkcs11.txt"))
	if err != nil || strings.Contains(string(list), "SITHS") {
		t.Errorf("the module is still there: %s, %v", list, err)
	}
	w.insert(w.card())
	if w.load(w.start(browser.Chromium), w.lab.URL(lab.Web)) == nil {
		t.Error("a page was served")
	}
	if n := w.signed.Load(); n != 0 {
		t.Errorf("%d signatures", n)
	}
}

// TestProgramsWhoseConnectionsNobodyKeepsSeeNoCardUntilTheyAreRestarted is a limit, as after a crash of the service: p11-kit's
// module never connects a second time.
func TestProgramsWhoseConnectionsNobodyKeepsSeeNoCardUntilTheyAreRestarted(t *testing.T) {
	for _, kind := range []browser.Kind{browser.Chromium, browser.Firefox} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := open(t, measures{system.NetService}, lab.Web)
			b, url, card := w.start(kind), w.lab.URL(lab.Web), w.card()
			w.insert(card)
			w.until(b, url, true)
			w.stop()
			w.until(b, url, false)
			w.serve()
			w.insert(card)
			w.stays(b, url, 2*time.Second)
			_ = b.Close()
			w.until(w.start(kind), url, true)
		})
	}
}
