// Command siths-courier is the one process that has a network. It answers the questions of the service on a listening
// socket that it is given as file descriptor 3, by the service or by systemd (sd_listen_fds(3)).
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"siths-agent/agent/courier/child"
	"siths-agent/internal/harden"
)

// socketFD is where the listening socket is put.
const socketFD = 3

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-courier:", err)
		os.Exit(1)
	}
}

func run() error {
	harden.Name("siths-courier")
	if err := harden.Process(); err != nil {
		return fmt.Errorf("hardening: %w", err)
	}
	if err := limit(); err != nil {
		return fmt.Errorf("limiting: %w", err)
	}
	file := os.NewFile(socketFD, "socket")
	l, err := net.FileListener(file)
	if err != nil {
		return fmt.Errorf("only the service and systemd start this program: %w", err)
	}
	if err := file.Close(); err != nil {
		return err
	}
	return child.Serve(context.Background(), l)
}
