package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"

	"siths-agent/pcsc/vcard"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is one run of the command, with where it writes.
type program struct {
	stdout io.Writer
	stderr io.Writer // takes the APDU trace too
}

// run carries out the command line until it is done or ctx ends, and returns the exit code.
func (p program) run(ctx context.Context, args []string) int {
	var err error
	if len(args) > 0 && args[0] == "pki" {
		err = p.makePKI(args[1:])
	} else {
		err = p.holdCard(ctx, args)
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, new(usageError)):
		fmt.Fprintf(p.stderr, "siths-vcard: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(p.stderr, "siths-vcard: %v\n", err)
	return exitFailed
}

// holdCard holds a card in the reader until ctx ends.
func (p program) holdCard(ctx context.Context, args []string) error {
	o, err := parseOptions(args, p.stderr)
	if err != nil {
		return err
	}
	card, err := o.load(o.pki)
	if err != nil {
		return fmt.Errorf("making the card: %w", err)
	}
	device := vcard.NewDevice(card, o.config(p.stderr))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if o.control != "" {
		listener, err := vcard.ListenControl(o.control)
		if err != nil {
			return err
		}
		served := make(chan struct{})
		defer func() { cancel(nil); <-served }()
		go func() {
			defer close(served)
			cancel(device.ServeControl(ctx, listener))
		}()
	}
	fmt.Fprintf(p.stderr, "siths-vcard: card %s from %s, reader %s\n", device.Stat().Card, o.pki, o.reader)
	device.Run(ctx)
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// config wires the options into a device.
func (o *options) config(trace io.Writer) vcard.Config {
	return vcard.Config{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", o.reader)
		},
		Load:        o.load,
		Latency:     o.latency,
		SignLatency: o.signLatency,
		Absent:      o.absent,
		Trace:       trace,
	}
}

// load makes the card that lies in a folder.
func (o *options) load(dir string) (*vcard.Card, error) {
	content, err := vcard.Load(dir)
	if err != nil {
		return nil, err
	}
	return vcard.New(content, vcard.Options{Profile: o.profile, PIN: o.pin, SignPIN: o.signPIN})
}
