package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

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
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	fmt.Fprintf(p.stderr, "siths-vcard: %v\n", err)
	if errors.As(err, new(usageError)) || errors.As(err, new(vcard.ProfileError)) {
		return exitUsage
	}
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
	started := func() {
		fmt.Fprintf(p.stderr, "siths-vcard: card %s from %s, reader %s\n", device.Stat().Card, o.pki, o.reader)
	}
	if o.control == "" {
		started()
		device.Run(ctx)
		return nil
	}
	listener, err := vcard.ListenControl(o.control)
	if err != nil {
		return err
	}
	started()
	return runControlled(ctx, device, listener)
}

// runControlled runs a device and its control socket until ctx ends or the socket fails.
func runControlled(ctx context.Context, device *vcard.Device, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() {
		defer cancel()
		served <- device.ServeControl(ctx, listener)
	}()
	device.Run(ctx)
	return <-served
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
		End:         func() { os.Exit(exitFailed) },
	}
}

// load makes the card that lies in a folder.
func (o *options) load(dir string) (*vcard.Card, error) {
	content, err := vcard.Load(dir)
	if err != nil {
		return nil, err
	}
	return vcard.New(content, vcard.Options{Profile: o.profile, PIN: o.pin, SignPIN: o.signPIN, PUK: o.puk, SignPUK: o.signPUK})
}
