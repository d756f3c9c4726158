package handover

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"golang.org/x/sys/unix"
)

// tellTime is how long the service manager may take to make room for what it is told.
const tellTime = time.Second

// Open is New with what systemd has given this process (sd_listen_fds(3)). It is to be called before any child is started:
// the descriptors are nobody else's.
func Open(log *slog.Logger) *Store {
	return New(os.Getenv("NOTIFY_SOCKET"), activation.Files(true), log)
}

// tell tells the service manager something, with descriptors.
func (s *Store) tell(words string, fds ...int) error {
	if s.manager == "" {
		return ErrNobody
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: s.manager, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	_ = conn.SetWriteDeadline(time.Now().Add(tellTime))
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool { // package net sends descriptors on no socket of this kind that is connected
		failed = unix.Sendmsg(int(fd), []byte(words), rights, nil, 0)
		return !errors.Is(failed, unix.EAGAIN)
	})
	return errors.Join(err, failed)
}

func (s *Store) put(name string, conn net.Conn) error {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return fmt.Errorf("leaving a %T: %w", conn, errors.ErrUnsupported)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = s.tell("FDSTORE=1\nFDNAME="+name, int(fd)) })
	return errors.Join(err, failed)
}

// settle has the service manager close a pipe once it has read all that was written before (sd_notify(3), BARRIER).
func (s *Store) settle(limit time.Duration) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	err = s.tell("BARRIER=1", int(w.Fd()))
	_ = w.Close()
	if err != nil {
		return err
	}
	_ = r.SetReadDeadline(time.Now().Add(limit))
	if _, err = r.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("waiting for the service manager: %w", err)
	}
	return nil // the end of the pipe
}
