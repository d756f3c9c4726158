// Command siths-pam lets a card's holder in: pam_siths.so starts it, lends it the conversation with the person, and
// gets one answer.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"siths-agent/agent/client"
	"siths-agent/internal/harden"
)

func main() {
	os.Clearenv()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-pam:", err)
		os.Exit(1)
	}
}

func run() error {
	if err := harden.Process(); err != nil {
		return err
	}
	module, err := openModule()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go watchHangup(module, cancel)
	return serve(ctx, module, func(socket string) agent { return &client.Client{Socket: socket} })
}

// serve answers the module's one request. An error means that the module got no result and must refuse.
func serve(ctx context.Context, module io.ReadWriter, dial func(socket string) agent) error {
	p, err := newPerson(module)
	if err != nil {
		return err
	}
	defer p.Close()
	h, err := readHello(module)
	if err != nil {
		return fmt.Errorf("reading the module's hello: %w", err)
	}
	a := dial(h.socket)
	if h.mode == modeSession {
		return p.Result(tellSession(ctx, a, h))
	}
	l := login{agent: a, person: p, hello: h}
	return p.Result(l.run(ctx))
}
