package main

import (
	"context"
	"fmt"
	"time"

	"siths-agent/internal/stack"
)

const (
	// settleTime lets the runtime's own work for what was just done come to its end: it gives memory back for seconds.
	settleTime = 8 * time.Second
	// idleTime is how long nothing is done with an unlocked card in the reader.
	idleTime = 31 * time.Second
)

// idle is what the service did in that time.
type idle struct {
	took  time.Duration
	apdus int // but for the heartbeat's
	beats int
	cpu   [2]time.Duration // of the service and of the child that holds the card
}

// measureIdle unlocks and waits.
func measureIdle(ctx context.Context, card *stack.Card, s *service, all *overhead) error {
	if _, err := s.unlockByAPI(ctx); err != nil {
		return err
	}
	if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
		return err
	}
	pids, err := pidsOf(s)
	if err != nil {
		return err
	}
	if err := pause(ctx, settleTime); err != nil {
		return err
	}
	if all.idle, err = watchIdle(ctx, card, pids); err != nil {
		return err
	}
	return s.relockNow(ctx)
}

// watchIdle compares the counters at the two ends of idleTime.
func watchIdle(ctx context.Context, card *stack.Card, pids [2]int) (idle, error) {
	before, err := look(card, pids)
	if err != nil {
		return idle{}, err
	}
	if err := pause(ctx, idleTime); err != nil {
		return idle{}, err
	}
	after, err := look(card, pids)
	return idleBetween(before, after), err
}

// pidsOf are the service and its child.
func pidsOf(s *service) ([2]int, error) {
	child, err := childOf(s.PID(), "siths-cardhost")
	return [2]int{s.PID(), child}, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// measureMemory is for the end, when the service has worked.
func measureMemory(_ context.Context, _ *stack.Card, s *service, all *overhead) error {
	pids, err := pidsOf(s)
	if err != nil {
		return err
	}
	for i, pid := range pids {
		if all.memory[i], err = residentOf(pid); err != nil {
			return err
		}
	}
	return nil
}

// glance is what the counters said at a moment.
type glance struct {
	counters
	at  time.Time
	cpu [2]time.Duration
}

func look(card *stack.Card, pids [2]int) (glance, error) {
	c, err := count(card)
	if err != nil {
		return glance{}, err
	}
	g := glance{counters: c, at: time.Now()}
	for i, pid := range pids {
		if g.cpu[i], err = cpuOf(pid); err != nil {
			return g, err
		}
	}
	return g, nil
}

func idleBetween(before, after glance) idle {
	i := idle{took: after.at.Sub(before.at), beats: after.PINStatus - before.PINStatus}
	i.apdus = after.APDU - before.APDU - i.beats
	for n := range i.cpu {
		i.cpu[n] = after.cpu[n] - before.cpu[n]
	}
	return i
}

// figures draws the lines of the table.
func (i idle) figures() []figure {
	share := 100 * float64(i.cpu[0]+i.cpu[1]) / float64(i.took)
	return []figure{
		{Name: "idle and unlocked, beyond the heartbeat", Unit: apdus, Ours: number(i.apdus), Goal: atMost(0),
			Note: fmt.Sprintf("in %.0f s, with %d heartbeats of one APDU each", i.took.Seconds(), i.beats)},
		{Name: "idle CPU, service and cardhost", Unit: percent, Ours: number(share), Goal: atMost(0.1),
			Note: fmt.Sprintf("%.1f ms of one core for the service and %.1f ms for cardhost in %.0f s, heartbeats included", millis(i.cpu[0]), millis(i.cpu[1]), i.took.Seconds())},
	}
}
