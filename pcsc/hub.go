// Package pcsc tells what happens at the readers: which are there, and when a card goes in or out.
package pcsc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"time"

	"github.com/ebfe/scard"
)

const (
	// pnp is the pseudo-reader whose state changes when readers come and go. It is always asked for: an empty list
	// makes the binding panic, and a list without it never learns of a new reader.
	pnp = `\\?PnP?\Notification`

	// relist bounds how long a change that the pseudo-reader did not tell stays unseen: one that fell between listing
	// the readers and waiting on them.
	relist = 5 * time.Second

	// retryEvery is the pause between two attempts to reach a service that does not answer.
	retryEvery = 200 * time.Millisecond
)

// service is the part of a PC/SC context that a Hub uses.
type service interface {
	ListReaders() ([]string, error)
	GetStatusChange([]scard.ReaderState, time.Duration) error
	Cancel() error
	Release() error
}

// Hub watches all readers on a PC/SC context of its own.
type Hub struct {
	Allow []string     // patterns (path.Match) of reader names to watch; empty: all
	Log   *slog.Logger // nil: silent

	establish func() (service, error) // nil: the system's
}

// Run tells every event to emit, in order and from one goroutine, until ctx ends. It survives a PC/SC service that is
// absent, restarted or killed: then it tells ServiceDown once and goes on trying.
func (h *Hub) Run(ctx context.Context, emit func(Event)) error {
	t := newTracker()
	told := ""
	for {
		err := h.watch(ctx, t, emit)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if text := err.Error(); text != told {
			told = text
			h.log().Warn("PC/SC service is not answering", "error", text)
		}
		for _, e := range t.down() {
			emit(e)
		}
		if !pause(ctx, retryEvery) {
			return ctx.Err()
		}
	}
}

// watch follows one PC/SC context until it fails. A context that has failed once is dead for ever, even when it says
// that it is valid.
func (h *Hub) watch(ctx context.Context, t *tracker, emit func(Event)) error {
	s, err := h.open()
	if err != nil {
		return fmt.Errorf("establishing context: %w", err)
	}
	defer func() { _ = s.Release() }()
	stop := context.AfterFunc(ctx, func() { _ = s.Cancel() })
	defer stop()
	for ctx.Err() == nil {
		states, err := h.look(s)
		if err != nil {
			return err
		}
		for _, e := range t.update(readerStates(states)) {
			emit(e)
		}
		states = append(states, scard.ReaderState{Reader: pnp, CurrentState: scard.StateFlag(len(states)) << 16})
		err = s.GetStatusChange(states, relist)
		if err != nil && !errors.Is(err, scard.ErrTimeout) && !errors.Is(err, scard.ErrUnknownReader) {
			return fmt.Errorf("waiting for a change: %w", err)
		}
	}
	return ctx.Err()
}

// look lists the readers and asks for the state of each, without waiting.
func (h *Hub) look(s service) ([]scard.ReaderState, error) {
	names, err := s.ListReaders()
	if err != nil && !errors.Is(err, scard.ErrNoReadersAvailable) {
		return nil, fmt.Errorf("listing readers: %w", err)
	}
	states := make([]scard.ReaderState, 0, len(names)+1)
	for _, name := range names {
		if h.allowed(name) {
			states = append(states, scard.ReaderState{Reader: name, CurrentState: scard.StateUnaware})
		}
	}
	if len(states) == 0 {
		return states, nil
	}
	err = s.GetStatusChange(states, 0)
	if errors.Is(err, scard.ErrUnknownReader) { // it went away since it was listed
		return h.look(s)
	}
	if err != nil && !errors.Is(err, scard.ErrTimeout) {
		return nil, fmt.Errorf("asking for states: %w", err)
	}
	for i := range states {
		states[i].CurrentState = states[i].EventState &^ scard.StateChanged
	}
	return states, nil
}

func (h *Hub) allowed(name string) bool {
	for _, pattern := range h.Allow {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
	}
	return len(h.Allow) == 0
}

func (h *Hub) open() (service, error) {
	if h.establish != nil {
		return h.establish()
	}
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, err
	}
	return ctx, nil
}

func (h *Hub) log() *slog.Logger {
	if h.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Log
}

func readerStates(states []scard.ReaderState) []readerState {
	out := make([]readerState, 0, len(states))
	for _, s := range states {
		present := s.EventState&scard.StatePresent != 0
		r := readerState{
			name:    s.Reader,
			present: present,
			mute:    s.EventState&scard.StateMute != 0,
			count:   uint16(s.EventState >> 16),
		}
		if present {
			r.atr = s.Atr
		}
		out = append(out, r)
	}
	return out
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
