package main

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestWhatTheLastServiceHasLeftForNobodyEnds: its program would wait for an answer for as long as the service runs.
func TestWhatTheLastServiceHasLeftForNobodyEnds(t *testing.T) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	here, left := os.NewFile(uintptr(ends[0]), "program"), os.NewFile(uintptr(ends[1]), "left")
	program, err := net.FileConn(here)
	if err = errors.Join(err, here.Close()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Close() }()
	i := install(t)
	cmd := i.command(i.args()...)
	// LISTEN_PID is the process's own number (sd_listen_fds(3)), which exec(2) does not change.
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Env = append(cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=p11-nobody/1.0.0.0.0")
	cmd.ExtraFiles = []*os.File{left}
	if err := errors.Join(cmd.Start(), left.Close()); err != nil {
		t.Fatal(err)
	}
	_ = program.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := program.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("its program is told: %v", err)
	}
	if err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()); err != nil {
		t.Error(err)
	}
}
