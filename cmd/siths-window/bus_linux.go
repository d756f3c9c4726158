package main

import (
	"cmp"
	"os"

	"siths-agent/internal/deskfile"
)

// noNewBus keeps Fyne from starting a session bus where there is none: nobody else would be on it, and it would stay behind
// when the window has gone.
func noNewBus() {
	_ = os.Setenv(deskfile.BusVariable, cmp.Or(deskfile.Bus(os.Getenv), "disabled:"))
}
