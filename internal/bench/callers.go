package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/unlock"
)

const (
	lookUps = 2000
	firsts  = 40    // look-ups of a program that was never seen
	nobody  = 65534 // whose program connects
)

// oneSession is a desktop on which everybody has the same session.
type oneSession struct{}

func (oneSession) SessionOf(_ context.Context, _ int32, uid uint32) (unlock.Session, error) {
	return unlock.Session{ID: "c1", UID: uid}, nil
}

// measureCallers has another user's program connect, and asks again and again which one it is.
func (w *world) measureCallers(ctx context.Context) (all []figure, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, end, err := connected(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, end()) }()
	var cold, warm, again sample
	var who broker.Caller
	book := caller.New(ctx, oneSession{})
	for range firsts {
		if err := timed(&cold, func() error { _, err := caller.New(ctx, oneSession{}).Who(ctx, conn); return err }); err != nil {
			return nil, err
		}
	}
	for range lookUps {
		if err := timed(&warm, func() (err error) { who, err = book.Who(ctx, conn); return err }); err != nil {
			return nil, err
		}
		if err := timed(&again, func() error { _, err := book.Again(ctx, who); return err }); err != nil {
			return nil, err
		}
	}
	return []figure{
		{Name: "who has connected, of a program that was never seen, p95", Unit: millisecs, Ours: number(p95(cold)), Goal: atMost(52),
			Note: "its digest and its package are waited for 50 ms at most, once."},
		{Name: "who has connected, p95", Unit: millisecs, Ours: number(p95(warm[1:])), Goal: atMost(1)},
		{Name: "whether a caller is the same still, p95", Unit: millisecs, Ours: number(p95(again)), Goal: atMost(1), Note: "asked before each release."},
	}, nil
}

// timed adds how long f took.
func timed(s *sample, f func() error) error {
	begun := time.Now()
	err := f()
	*s = append(*s, millis(time.Since(begun)))
	return err
}

// connected is a connection that curl has made as another user, and waits on.
func connected(ctx context.Context) (net.Conn, func() error, error) {
	dir, err := os.MkdirTemp("", "bench-callers-")
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "socket")
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	curl := exec.CommandContext(ctx, "curl", "--silent", "--unix-socket", path, "http://bench/")
	if os.Geteuid() == 0 {
		curl.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	var conn net.Conn
	if err = errors.Join(os.Chmod(dir, 0o755), os.Chmod(path, 0o777), curl.Start()); err == nil {
		conn, err = l.Accept()
	}
	if err != nil {
		return nil, nil, errors.Join(err, l.Close(), os.RemoveAll(dir))
	}
	return conn, func() error {
		_, _ = curl.Process.Kill(), curl.Wait() // that it was killed is no error
		return errors.Join(conn.Close(), l.Close(), os.RemoveAll(dir))
	}, nil
}
