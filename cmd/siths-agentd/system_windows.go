package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	defaultState = `C:\ProgramData\SITHS Agent\state`
	defaultRun   = `C:\ProgramData\SITHS Agent\run`
	libexec      = `C:\Program Files\SITHS Agent`
	exeSuffix    = ".exe"

	ready    = "ready"
	stopping = "stopping"
	alive    = "alive"
)

// notify has nobody to tell: the service manager is told by the service library.
func notify(string) {}

// watchdog is 0, for ever: Windows has no such thing for services.
func watchdog() time.Duration { return 0 }

// managed is false: the service manager of Windows has pauses of its own.
func managed() bool { return false }

// hearReload returns what is never told: on Windows policy comes from the registry, which tells of changes itself.
func hearReload() <-chan os.Signal { return nil }

func machine() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// bootID is not known: what was open is locked after a restart of Windows too.
func bootID() string { return "" }

// ownUID is a number that no caller has: Windows callers are told apart by their SID.
func ownUID() uint32 { return ^uint32(0) }

func uidOf(account string) (uint32, error) {
	return 0, fmt.Errorf("uid of %s: %w", account, errors.ErrUnsupported)
}

func inHelpdesk(uint32) bool { return false }
