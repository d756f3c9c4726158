// Command siths-cardhost is the child that holds one inserted card for the service. It is started by the service
// alone, with its pipe as file descriptor 3, and ends with the pipe.
package main

import (
	"fmt"
	"os"

	"siths-agent/internal/harden"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token/host/child"
)

// pipeFD is where the service puts the pipe.
const pipeFD = 3

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-cardhost:", err)
		os.Exit(1)
	}
}

func run() error {
	harden.Name("siths-cardhost")
	if err := harden.Process(); err != nil {
		return fmt.Errorf("hardening: %w", err)
	}
	pipe := os.NewFile(pipeFD, "pipe")
	if _, err := pipe.Stat(); err != nil {
		return fmt.Errorf("only the service starts this program: %w", err)
	}
	return child.Serve(pipe, &child.Patient{Card: &child.P11{Probe: pcsc.Probe, Inserted: pcsc.Inserted}, Shared: pcsc.Shared})
}
