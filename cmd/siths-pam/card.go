package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"siths-agent/agent/apitype"
)

// readingTime is how long a card that was just put in may take to be read, whatever the wait for a card.
const readingTime = 3 * time.Second

var (
	errCardThere = errors.New("a card is there")
	errTimeUp    = errors.New("no card in time")
)

// waiter looks for a card in the agent's snapshots.
type waiter struct {
	until   time.Time // the end of the wait for a card
	reading time.Time // the end of the wait for the card that is being read; zero when none is
	timer   *time.Timer
	missing apitype.Code // what to say when time is up
}

// awaitCard returns when a card has been read, or with what is missing when wait is over.
func awaitCard(ctx context.Context, a agent, wait time.Duration) error {
	watch, cancel := context.WithCancel(ctx)
	defer cancel()
	w := waiter{until: time.Now().Add(wait), missing: apitype.AgentUnreachable}
	w.timer = time.AfterFunc(wait+readingTime, cancel)
	defer w.timer.Stop()
	err := a.Watch(watch, w.see)
	switch {
	case errors.Is(err, errCardThere):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTimeUp) || watch.Err() != nil:
		return &apitype.Problem{Code: w.missing}
	case err == nil:
		return &apitype.Problem{Code: apitype.AgentUnreachable}
	}
	return err
}

// see ends the watch when there is a card or no more time for one.
func (w *waiter) see(s apitype.Snapshot) error {
	now, until := time.Now(), w.until
	switch s.Phase {
	case apitype.NoReader:
		w.missing, w.reading = told(s, "reader.", apitype.ReaderNone), time.Time{}
	case apitype.NoCard:
		w.missing, w.reading = told(s, "card.", apitype.CardNone), time.Time{}
	case apitype.Reading:
		if w.reading.IsZero() {
			w.reading = now.Add(readingTime)
		}
		w.missing = told(s, "card.", apitype.CardSilent)
		if w.reading.After(until) {
			until = w.reading
		}
	default:
		return errCardThere
	}
	if !now.Before(until) {
		return errTimeUp
	}
	w.timer.Reset(until.Sub(now))
	return nil
}

// told returns the first problem of one family that the agent tells of, which knows better than the phase alone.
func told(s apitype.Snapshot, family string, otherwise apitype.Code) apitype.Code {
	for _, p := range s.Problems {
		if strings.HasPrefix(string(p.Code), family) {
			return p.Code
		}
	}
	return otherwise
}
