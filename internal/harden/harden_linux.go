// Package harden takes from a process what an attacker of the same user would use: dumps, tracing, new privileges.
package harden

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Process makes the calling process undumpable (which also closes /proc/self/mem and ptrace to its own user), forbids
// core files, and gives up gaining privileges through exec. It is to be called first in main.
func Process() error {
	if err := NoDumps(); err != nil {
		return err
	}
	if err := noNewPrivs(); err != nil {
		return fmt.Errorf("giving up new privileges: %w", err)
	}
	return nil
}

// noNewPrivs is for all threads (prctl(2): the attribute is a thread's own). The runtime cannot tell those that it has
// started before main to do it where there is C in the program; there it is for this thread and those that it starts, and a
// program that has others does it before it has any (see siths-cardhost).
func noNewPrivs() error {
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	if errno == syscall.ENOTSUP {
		return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	if errno != 0 {
		return errno
	}
	return nil
}

// NoDumps makes the calling process undumpable and forbids core files.
func NoDumps() error {
	if err := undumpable(); err != nil {
		return fmt.Errorf("becoming undumpable: %w", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core files: %w", err)
	}
	return nil
}

// Name names the process in lists of processes. One that was started from an open file has no name of its own.
func Name(name string) {
	if b, err := unix.ByteSliceFromString(name); err == nil {
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&b[0])), 0, 0, 0) // a name is all that is lost
	}
}
