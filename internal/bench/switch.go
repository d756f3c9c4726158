package main

import (
	"context"
	"fmt"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
)

// sharedPolicy is that of a PC which several people use. No program of that name runs; it is looked for all the same.
const sharedPolicy = `[session]
mode = "shared"
shared_account = "` + person + `"
close_programs = ["siths-bench-journal"]
`

// switched is one change of holder: one card out, the other in, its PIN given as soon as it is asked for.
type switched struct {
	total time.Duration
	card  time.Duration // of that, what the card itself takes
}

// measureSwitches has two people take turns at a shared PC, with cards as slow as real ones in two readers.
func (w *world) measureSwitches(ctx context.Context) ([]figure, error) {
	var cards [2]*stack.Card
	for slot, keys := range []string{w.pki, w.other} {
		card, err := w.lab.Card(ctx, keys, stack.CardOptions{Slot: slot, Latency: apduTime, SignLatency: signTime, Absent: slot == 1})
		if err != nil {
			return nil, err
		}
		defer card.Kill()
		cards[slot] = card
	}
	s, err := w.startServiceWith(ctx, sharedPolicy)
	if err != nil {
		return nil, err
	}
	if _, err := s.unlockByAPI(ctx); err != nil {
		return nil, err
	}
	var over, total sample
	for round := range waitRounds {
		x, err := s.switchTo(ctx, cards[round%2], cards[1-round%2])
		if err != nil {
			return nil, err
		}
		over, total = append(over, (x.total-x.card).Seconds()), append(total, x.total.Seconds())
	}
	return []figure{{Name: "change of holder on a shared PC, over the card's own time", Unit: seconds, Ours: number(over.worst()), Goal: atMost(1.5),
		Note: fmt.Sprintf("one card out, the other in, its PIN at once; the worst of %d (median %.2f s; %.2f s with what the card takes)",
			len(over), over.median(), total.median())}}, s.stop()
}

func (s *service) switchTo(ctx context.Context, from, to *stack.Card) (switched, error) {
	if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
		return switched{}, err
	}
	before, err := count(to)
	if err != nil {
		return switched{}, err
	}
	start := time.Now()
	if err := from.Remove(); err != nil {
		return switched{}, err
	}
	if err := to.Insert(); err != nil {
		return switched{}, err
	}
	if _, err := s.await(ctx, "the other holder", func(x apitype.Snapshot) bool { return x.Phase == apitype.NeedPIN }); err != nil {
		return switched{}, err
	}
	if _, err := s.unlockByAPI(ctx); err != nil {
		return switched{}, err
	}
	total := time.Since(start)
	after, err := count(to)
	return switched{total: total, card: time.Duration(after.APDU-before.APDU)*apduTime + signTime}, err
}
