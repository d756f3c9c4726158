package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/safesocket"
	"siths-agent/internal/deskfile"
	"siths-agent/ui/model"
)

// errShown says that the window that is open already shows the page.
var errShown = errors.New("another window of this session shows the page")

// errSeat says that there is another window of this session, which does not answer.
var errSeat = errors.New("the window of this session does not answer")

const (
	claimTime = 1500 * time.Millisecond // that a window may take to open, or to go
	claimStep = 20 * time.Millisecond
	speakTime = 2 * time.Second // for one start of the program to say what it wants
)

// seat is the place of the one window of a desktop session. The lock is the place, and goes with the process; the socket
// is where others ask for a page. The nil seat is nobody's.
type seat struct {
	lock     *os.File
	listener net.Listener
}

// claim takes the place of this session's window, or has the window that has it show the page (errShown).
func claim(ctx context.Context, getenv func(string) string, p model.Page) (*seat, error) {
	path, err := deskfile.Path(getenv, "window")
	if err != nil {
		return nil, fmt.Errorf("finding this session's window: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, claimTime)
	defer cancel()
	for {
		s, err := sit(path)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return s, err
		}
		if handOver(ctx, path+".sock", p) {
			return nil, errShown
		}
		select {
		case <-time.After(claimStep):
		case <-ctx.Done():
			return nil, errSeat
		}
	}
}

// sit takes a place that is free. EWOULDBLOCK says that it is not.
func sit(path string) (*seat, error) {
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, err
	}
	s := &seat{lock: lock}
	if s.listener, err = safesocket.ListenPrivate(path + ".sock"); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// release gives the place back, first to no more questions.
func (s *seat) release() {
	if s == nil {
		return
	}
	if s.listener != nil {
		_ = s.listener.Close()
	}
	_ = s.lock.Close()
}

// serve takes the pages that others ask for, until the seat is released.
func (s *seat) serve(ctx context.Context, ask func(context.Context, model.Page) bool) {
	for s != nil {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		answer(ctx, conn, ask)
	}
}

// answer takes one page, from this user or root.
func answer(ctx context.Context, conn net.Conn, ask func(context.Context, model.Page) bool) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(speakTime))
	peer, err := safesocket.PeerOf(conn)
	if err != nil || !isMate(peer.UID, uint32(os.Geteuid())) {
		return
	}
	line, err := bufio.NewReader(io.LimitReader(conn, maxHandover+1)).ReadSlice('\n')
	if err != nil {
		return
	}
	p, err := parseHandover(line)
	if err != nil {
		return
	}
	said := notShown
	if ask(ctx, p) {
		said = shown
	}
	_, _ = io.WriteString(conn, said)
}

// handOver asks the window that has the place for a page, and says whether it is going to show it.
func handOver(ctx context.Context, socket string, p model.Page) bool {
	conn, err := safesocket.Dial(ctx, socket)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(speakTime))
	if _, err := io.WriteString(conn, handover(p)); err != nil {
		return false
	}
	said, err := io.ReadAll(io.LimitReader(conn, maxHandover))
	return err == nil && string(said) == shown
}
