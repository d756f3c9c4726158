package pages

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"siths-agent/agent/broker/system"
	"siths-agent/internal/lab"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
)

// hangs is how long a page takes that is taken for one that never ends.
const hangs = 15 * time.Second

// TestAPageThatWasUnderWayAtTheCutComesWhenItIsLoadedAnew takes the card out at any moment of a page with pictures. The page
// itself may be left without an end: Chromium does not tell it of every picture that the ended process was to get.
func TestAPageThatWasUnderWayAtTheCutComesWhenItIsLoadedAnew(t *testing.T) {
	t.Parallel()
	w := open(t, measures{system.NetService}, lab.Web)
	p := &pictures{w: w, b: w.start(browser.Chromium), url: w.lab.URL(lab.Web) + "many.shtml"}
	card := w.card()
	w.insert(card)
	p.comes()
	runs := soak.Size(2, 100)
	for range runs {
		before := w.network("anna")
		over := make(chan struct{})
		go func() { defer close(over); p.keepLoading(time.Second) }()
		<-time.After(rand.N(500 * time.Millisecond))
		w.out()
		<-over
		w.awaitCut(before)
		w.insert(card)
		p.comes()
	}
	soak.Report(t, soak.Row{ID: "14.4", Name: "pages with pictures that are under way at the cut of chromium", Asked: "none is without an end, and each comes when it is loaded anew",
		Found:  fmt.Sprintf("%d cuts, %d pages, %d of them without an end after %s", runs, p.begun.Load(), p.hung.Load(), hangs),
		Missed: p.hung.Load() > 0, Command: "make soak ONLY=UnderWay"})
}

// pictures is a page that a browser loads.
type pictures struct {
	w           *world
	b           *browser.Browser
	url         string
	begun, hung atomic.Int64
}

// load loads it once, and counts it when it does not end.
func (p *pictures) load() error {
	ctx, cancel := context.WithTimeout(p.w.tb.Context(), hangs)
	defer cancel()
	p.begun.Add(1)
	_, err := p.b.Load(ctx, p.url)
	if errors.Is(err, context.DeadlineExceeded) {
		p.hung.Add(1)
		p.w.tb.Logf("a page did not end: %v", err)
	}
	return err
}

// keepLoading loads it again and again for a while, served or refused.
func (p *pictures) keepLoading(while time.Duration) {
	for start := time.Now(); time.Since(start) < while; {
		_ = p.load()
	}
}

// comes loads it until it is served.
func (p *pictures) comes() {
	p.w.tb.Helper()
	if err := stack.Await(p.w.tb.Context(), "the page", func() bool { return p.load() == nil }); err != nil {
		p.w.tb.Error(err)
	}
}

// awaitCut waits until anna's browser has another network process.
func (w *world) awaitCut(before string) {
	w.tb.Helper()
	err := stack.Await(w.tb.Context(), "another network process", func() bool { now := w.network("anna"); return now != "" && now != before })
	if err != nil {
		w.tb.Error(err)
	}
}
