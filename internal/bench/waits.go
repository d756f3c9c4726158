package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/pcsc"
)

// A card as slow as a real one.
const (
	apduTime = 15 * time.Millisecond
	signTime = 350 * time.Millisecond
)

// waitRounds is how often each wait is measured.
const waitRounds = 10

// waits are the figures of what a person waits for, on a card with the latency of a real one.
type waits struct {
	pam, ctl unlockings
	peers    map[string]unlockings
	cardIns  []cardIn
}

// cardIn is one insertion.
type cardIn struct {
	total  time.Duration // from the insertion to the holder's name
	reader time.Duration // of that, until the reader service tells its clients
	apdus  int
}

// measureWaits runs our service and then the peers on the slow card.
func (w *world) measureWaits(ctx context.Context) ([]figure, error) {
	card, err := w.lab.Card(ctx, w.pki, stack.CardOptions{Latency: apduTime, SignLatency: signTime})
	if err != nil {
		return nil, err
	}
	defer card.Kill()
	var all waits
	if err := w.ourWaits(ctx, card, &all); err != nil {
		return nil, err
	}
	if all.peers, err = w.unlockPeers(ctx, card, waitRounds); err != nil {
		return nil, err
	}
	return all.figures(), nil
}

func (w *world) ourWaits(ctx context.Context, card *stack.Card, all *waits) error {
	s, err := w.startService(ctx)
	if err != nil {
		return err
	}
	if all.pam, err = w.ourUnlocks(ctx, card, s, waitRounds); err != nil {
		return err
	}
	if all.ctl, err = w.ctlUnlocks(ctx, card, s); err != nil {
		return err
	}
	if all.cardIns, err = measureCardIns(ctx, card, s); err != nil {
		return err
	}
	return s.stop()
}

// ourUnlocks unlocks through PAM and locks again, so many times.
func (w *world) ourUnlocks(ctx context.Context, card *stack.Card, s *service, rounds int) (unlockings, error) {
	var all unlockings
	for range rounds {
		u, err := w.unlockByPAM(ctx, card, ourService)
		if err != nil {
			return nil, err
		}
		if err := s.relock(ctx); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// ctlUnlocks unlocks with sithsctl, which is handed the PIN at its start: its whole run counts.
func (w *world) ctlUnlocks(ctx context.Context, card *stack.Card, s *service) (unlockings, error) {
	program, err := w.lab.Program("sithsctl")
	if err != nil {
		return nil, err
	}
	var all unlockings
	for range waitRounds {
		before, err := count(card)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		r, err := w.lab.Run(ctx, stack.Cmd{Path: program, Args: []string{"--socket", s.Socket(), "login", "--pin-fd", "0"},
			Stdin: strings.NewReader(string(cardPIN()) + "\n")})
		took := time.Since(start)
		if err != nil || r.Code != 0 {
			return nil, fmt.Errorf("sithsctl login ended with %d, %v: %s", r.Code, err, r.Stderr)
		}
		after, err := count(card)
		if err != nil {
			return nil, err
		}
		if err := s.relock(ctx); err != nil {
			return nil, err
		}
		all = append(all, unlocking{ToResult: took, APDUs: after.APDU - before.APDU})
	}
	return all, nil
}

// measureCardIns takes the card out and puts it in again, so many times.
func measureCardIns(ctx context.Context, card *stack.Card, s *service) ([]cardIn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sightings := watchReader(ctx)
	var all []cardIn
	for range waitRounds {
		if err := card.Remove(); err != nil {
			return nil, err
		}
		if _, err := s.await(ctx, "the removal", empty); err != nil {
			return nil, err
		}
		forget(sightings)
		in, err := measureCardIn(ctx, card, s, sightings)
		if err != nil {
			return nil, err
		}
		all = append(all, in)
	}
	return all, nil
}

func measureCardIn(ctx context.Context, card *stack.Card, s *service, sightings <-chan sighting) (cardIn, error) {
	before, err := count(card)
	if err != nil {
		return cardIn{}, err
	}
	start := time.Now()
	if err := card.Insert(); err != nil {
		return cardIn{}, err
	}
	m, err := s.await(ctx, "the card's holder", waiting)
	if err != nil {
		return cardIn{}, err
	}
	seen, err := next(ctx, "the insertion", sightings, func(x sighting) bool { return x.Kind == pcsc.CardIn })
	if err != nil {
		return cardIn{}, err
	}
	after, err := count(card)
	return cardIn{total: m.at.Sub(start), reader: seen.at.Sub(start), apdus: after.APDU - before.APDU}, err
}

// figures draws the lines of the table.
func (a *waits) figures() []figure {
	lines := []figure{
		{Name: "PIN to unlocked, PAM", Unit: apdus, Ours: number(a.pam.apdus().worst()),
			Peers: columns(a.peers, unlockings.apdus, sample.median), Goal: atMost(6)},
		{Name: "PIN to unlocked, sithsctl", Unit: apdus, Ours: number(a.ctl.apdus().worst()), Goal: atMost(6)},
		{Name: "PIN to unlocked, PAM, slow card", Unit: seconds, Ours: number(a.pam.toResult().worst()), Goal: atMost(0.50),
			Peers: columns(a.peers, unlockings.toResult, sample.median), Note: fmt.Sprintf(
				"%s per APDU, %s per signature; ours is the worst of %d (median %.2f s), the peers' the median", apduTime, signTime, waitRounds, a.pam.toResult().median())},
		{Name: "PIN to unlocked, sithsctl, slow card", Unit: seconds, Ours: number(a.ctl.toResult().worst()), Goal: atMost(0.50),
			Note: "the worst whole run of sithsctl login --pin-fd, its start included"},
		{Name: "program's start to its prompt, PAM, slow card", Unit: seconds, Ours: number(a.pam.toPrompt().median()),
			Peers: columns(a.peers, unlockings.toPrompt, sample.median), Note: "medians; pamtester's own start included"},
		{Name: "whole unlock, PAM, slow card", Unit: apdus, Ours: number(a.pam.allAPDUs().worst()),
			Peers: columns(a.peers, unlockings.allAPDUs, sample.median), Note: "the peers read the card after they are started, ours was read when it was put in"},
		{Name: "whole unlock, PAM, slow card", Unit: seconds, Ours: number(a.pam.whole().median()),
			Peers: columns(a.peers, unlockings.whole, sample.median), Note: "medians from the start to the end, without the time for typing"},
	}
	return append(lines, a.cardInFigures()...)
}

func (a *waits) cardInFigures() []figure {
	var total, reader, read sample
	for _, in := range a.cardIns {
		total = append(total, in.total.Seconds())
		reader = append(reader, in.reader.Seconds())
		read = append(read, float64(in.apdus))
	}
	return []figure{
		{Name: "card in to holder's name", Unit: apdus, Ours: number(read.worst()), Goal: atMost(45)},
		{Name: "card in to holder's name, slow card", Unit: seconds, Ours: number(total.worst()), Goal: atMost(1.0),
			Note: fmt.Sprintf("the worst of %d (median %.2f s); of the median, %.2f s go by until the reader service tells its clients", len(total), total.median(), reader.median())},
	}
}
