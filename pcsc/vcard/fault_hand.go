package vcard

import (
	"context"
	"errors"
	"time"
)

// handFaults are the faults in which something happens to the card, or to the program that holds it.
func handFaults() []faultKind {
	return []faultKind{
		{name: "removed", does: "is taken out", moments: true, build: fated(out)},
		{name: "removed-and-back", does: "is taken out and put in again at once", moments: true, build: fated(back)},
		{name: "silent", does: "answers nothing more until it is taken out", moments: true, endless: true, build: fated(mute)},
		{name: "slow", arg: "TIME", does: "takes so much longer, as 300ms", moments: true, build: slow},
		{name: "reset", does: "loses its power for a moment and forgets the PIN", moments: true, build: resets},
		{name: "swapped", arg: "DIR", does: "is another one now, and the reader never hears of it", moments: true, build: swapped},
		{name: "killed", does: "is gone with the program that holds it", moments: true, build: killed},
	}
}

// fated is a fault that is all in what becomes of the card.
func fated(f fate) func(*Device, string) (fault, error) {
	return func(*Device, string) (fault, error) {
		return fault{strike: &strike{act: func(context.Context, *Device) fate { return f }}}, nil
	}
}

func slow(_ *Device, arg string) (fault, error) {
	pause, err := time.ParseDuration(arg)
	if err != nil || pause <= 0 {
		return fault{}, errArgument
	}
	return fault{strike: &strike{act: func(ctx context.Context, _ *Device) fate {
		sleep(ctx, pause)
		return goesOn
	}}}, nil
}

func resets(*Device, string) (fault, error) {
	return fault{strike: &strike{act: func(_ context.Context, d *Device) fate {
		d.power(true)
		return goesOn
	}}}, nil
}

// swapped loads the other card when the fault is set, so that a folder without one is told of at once.
func swapped(d *Device, dir string) (fault, error) {
	card, err := d.cfg.Load(dir)
	if err != nil {
		return fault{}, err
	}
	return fault{card: card}, nil
}

// putting is the strike that brings another card.
func putting(card *Card) *strike {
	return &strike{act: func(_ context.Context, d *Device) fate {
		d.put(card)
		return goesOn
	}}
}

// errNoEnd says that the device was not told how to end its program.
var errNoEnd = errors.New("this program cannot end itself")

func killed(d *Device, _ string) (fault, error) {
	if d.cfg.End == nil {
		return fault{}, errNoEnd
	}
	return fault{strike: &strike{act: func(_ context.Context, d *Device) fate {
		d.cfg.End()
		return out
	}}}, nil
}
