// Command siths-sever ends connections of browsers when the card has left. It answers the questions of the service
// on a listening socket that it is given as file descriptor 3, by the service or by systemd (sd_listen_fds(3)).
package main

import (
	"context"
	"fmt"
	"os"

	"siths-agent/agent/errand"
	"siths-agent/agent/sever/child"
	"siths-agent/internal/harden"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-sever:", err)
		os.Exit(1)
	}
}

func run() error {
	harden.Name("siths-sever")
	if err := harden.Process(); err != nil {
		return fmt.Errorf("hardening: %w", err)
	}
	l, err := errand.Listener()
	if err != nil {
		return err
	}
	return child.Serve(context.Background(), l)
}
