package main

import (
	"context"
	"fmt"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/pcsc"
)

const (
	removals   = 100 // each with an unlock through PAM before it
	relocks    = 120 // unlocks through PAM that end with a lock
	apiRounds  = 100 // unlocks without a program around them
	peerRounds = 20
	looks      = 20
)

// overhead is what is measured on a card that answers at once.
type overhead struct {
	pam   unlockings
	api   sample // ms
	pin   sample // ms, of the same rounds: until the signature is good
	locks sample // ms
	looks sample // ms

	idle   idle
	memory [2]float64 // MB, of the service and of the child that holds the card
	others map[string]unlockings
}

// measureOverhead measures what is ours: the card takes no time.
func (w *world) measureOverhead(ctx context.Context) ([]figure, error) {
	card, err := w.lab.Card(ctx, w.pki, stack.CardOptions{})
	if err != nil {
		return nil, err
	}
	defer card.Kill()
	var all overhead
	s, err := w.startService(ctx)
	if err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, *stack.Card, *service, *overhead) error{
		measureIdle, w.measureRemovals, w.measureRelocks, measureAPI, measureMemory,
	} {
		if err := part(ctx, card, s, &all); err != nil {
			return nil, err
		}
	}
	if err := s.stop(); err != nil {
		return nil, err
	}
	if all.others, err = w.unlockPeers(ctx, card, peerRounds); err != nil {
		return nil, err
	}
	return all.figures(), nil
}

// measureRemovals unlocks, pulls the card and takes the time from the moment that a second PC/SC client knows of it to
// the lock call on the bus.
func (w *world) measureRemovals(ctx context.Context, card *stack.Card, s *service, all *overhead) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	locks, conn, err := watchLocks(ctx, w.bus)
	if err != nil {
		return err
	}
	defer conn.Close()
	for range looks {
		took, err := firstLook(ctx)
		if err != nil {
			return err
		}
		all.looks = append(all.looks, millis(took))
	}
	sightings := watchReader(ctx)
	for range removals {
		u, err := w.unlockByPAM(ctx, card, ourService)
		if err != nil {
			return err
		}
		took, err := removeOnce(ctx, card, s, sightings, locks)
		if err != nil {
			return err
		}
		all.pam, all.locks = append(all.pam, u), append(all.locks, millis(took))
	}
	return nil
}

func removeOnce(ctx context.Context, card *stack.Card, s *service, sightings <-chan sighting, locks <-chan time.Time) (time.Duration, error) {
	if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
		return 0, err
	}
	forget(sightings)
	forget(locks)
	if err := card.Remove(); err != nil {
		return 0, err
	}
	out, err := next(ctx, "the removal", sightings, func(x sighting) bool { return x.Kind == pcsc.CardOut })
	if err != nil {
		return 0, err
	}
	locked, err := next(ctx, "the lock call", locks, func(time.Time) bool { return true })
	if err != nil {
		return 0, err
	}
	if err := card.Insert(); err != nil {
		return 0, err
	}
	_, err = s.await(ctx, "the card's holder", waiting)
	return locked.Sub(out.at), err
}

func (w *world) measureRelocks(ctx context.Context, card *stack.Card, s *service, all *overhead) error {
	more, err := w.ourUnlocks(ctx, card, s, relocks)
	all.pam = append(all.pam, more...)
	return err
}

// measureAPI unlocks as the PAM module's helper does, without the programs around it.
func measureAPI(ctx context.Context, _ *stack.Card, s *service, all *overhead) error {
	for range apiRounds {
		u, err := s.unlockByAPI(ctx)
		if err != nil {
			return err
		}
		if err := s.relock(ctx); err != nil {
			return err
		}
		all.pin, all.api = append(all.pin, millis(u.pin)), append(all.api, millis(u.pin+u.answer))
	}
	return nil
}

// figures draws the lines of the table.
func (a *overhead) figures() []figure {
	result := a.pam.millisToResult()
	lines := []figure{
		{Name: "PIN to unlocked, PAM, no latency, p50", Unit: millisecs, Ours: number(result.median()),
			Peers: columns(a.others, unlockings.millisToResult, sample.median)},
		{Name: "PIN to unlocked, PAM, no latency, p95", Unit: millisecs, Ours: number(p95(result)), Goal: atMost(10),
			Peers: columns(a.others, unlockings.millisToResult, p95),
			Note:  fmt.Sprintf("%d rounds from the PIN typed to pamtester's end; of the median, %.2f ms are the module, its helper and the ends of their programs", len(result), result.median()-a.api.median())},
		{Name: "the same without PAM, p95", Unit: millisecs, Ours: number(p95(a.api)), Goal: atMost(10),
			Note: fmt.Sprintf("%d rounds on the local API; of the median %.2f ms, %.2f ms are until the card's signature is good (its RSA, OpenSC, the reader service), the rest until the answer with its audit row on disk", len(a.api), a.api.median(), a.pin.median())},
		{Name: "removal to lock, p50", Unit: millisecs, Ours: number(a.locks.median())},
		{Name: "removal to lock, p99", Unit: millisecs, Ours: number(a.locks.percentile(99)), Goal: atMost(20),
			Note: fmt.Sprintf("%d removals, from the moment that a second PC/SC client knows to the LockSession call on the bus; both look at the readers first, and a whole first look takes %.2f ms (worst of %d)", len(a.locks), a.looks.worst(), len(a.looks))},
	}
	lines = append(lines, a.idle.figures()...)
	return append(lines,
		figure{Name: "memory, siths-agentd", Unit: megabytes, Ours: number(a.memory[0]), Goal: atMost(30), Note: "resident, after all rounds"},
		figure{Name: "memory, siths-cardhost", Unit: megabytes, Ours: number(a.memory[1])})
}
