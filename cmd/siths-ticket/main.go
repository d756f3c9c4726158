// Command siths-ticket gets Kerberos tickets: it runs kinit with the virtual card. It answers the questions of the service
// on a listening socket that it is given as file descriptor 3, by the service or by systemd (sd_listen_fds(3)).
package main

import (
	"context"
	"fmt"
	"os"

	"siths-agent/agent/errand"
	"siths-agent/agent/ticket/child"
	"siths-agent/internal/harden"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-ticket:", err)
		os.Exit(1)
	}
}

func run() error {
	harden.Name("siths-ticket")
	if err := harden.Process(); err != nil {
		return fmt.Errorf("hardening: %w", err)
	}
	l, err := errand.Listener()
	if err != nil {
		return err
	}
	return child.Serve(context.Background(), l)
}
