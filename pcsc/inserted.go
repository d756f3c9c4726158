package pcsc

import (
	"errors"

	"github.com/ebfe/scard"
)

// Inserted tells the names of all readers of the PC/SC service and how many of them hold a card. Errors are those of Probe.
func Inserted() (readers []string, cards int, err error) {
	ctx, err := establish()
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = ctx.Release() }()
	return insertedOn(ctx)
}

func insertedOn(s service) (readers []string, cards int, err error) {
	readers, err = s.ListReaders()
	if errors.Is(err, scard.ErrNoReadersAvailable) || err == nil && len(readers) == 0 {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, connectError(err)
	}
	states := make([]scard.ReaderState, len(readers))
	for i, name := range readers {
		states[i] = scard.ReaderState{Reader: name, CurrentState: scard.StateUnaware}
	}
	if err := s.GetStatusChange(states, 0); err != nil && !errors.Is(err, scard.ErrTimeout) {
		return nil, 0, connectError(err)
	}
	for _, state := range states {
		if state.EventState&scard.StatePresent != 0 {
			cards++
		}
	}
	return readers, cards, nil
}
