package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// measure runs everything that has only in its name, and tells progress how far it is.
func measure(ctx context.Context, only string, progress io.Writer) (r report, err error) {
	start := time.Now()
	w, err := newWorld(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	r = report{Machine: machine(ctx), Notes: peerNotes()}
	for _, p := range peers() {
		r.Peers = append(r.Peers, p.Name)
	}
	r.Peers = append(r.Peers, openssl, goX509, mitKinit, directOpenSC, pinentry, clipman)
	noise := watchNoise(ctx)
	for _, part := range []struct {
		doing string
		run   func(context.Context) ([]figure, error)
	}{
		{"on a card as slow as a real one", w.measureWaits},
		{"two people at a shared PC", w.measureSwitches},
		{"on a card that answers at once", w.measureOverhead},
		{"a report", w.measureReport},
		{"what is believed of a card", w.measureTrust},
		{"signatures for programs", w.measureSignatures},
		{"removal at programs", w.measureEnds},
		{"pages on a slow card", w.measurePages},
		{"tickets", w.measureTickets},
		{"who connects", w.measureCallers},
		{"tray and windows on a desktop", w.measureDesk},
	} {
		if !strings.Contains(part.doing, only) {
			continue
		}
		fmt.Fprintf(progress, "measuring %s ...\n", part.doing)
		figures, err := part.run(ctx)
		if err != nil {
			return r, fmt.Errorf("measuring %s: %w\n%s", part.doing, err, w.lab.Log())
		}
		r.Figures = append(r.Figures, figures...)
	}
	late := noise()
	r.Notes = append(r.Notes, fmt.Sprintf("The run took %.0f s. Meanwhile a timer came late by %.2f ms (p95), %.2f ms (p99) and %.2f ms (worst): a busy machine shows in every percentile above.",
		time.Since(start).Seconds(), p95(late), late.percentile(99), late.worst()))
	return r, nil
}
