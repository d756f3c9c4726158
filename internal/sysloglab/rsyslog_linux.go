package sysloglab

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"siths-agent/internal/directorylab"
)

//go:embed rsyslog.conf
var conf string

// ready is how long the server may take to start.
const ready = 10 * time.Second

// Server is one rsyslogd. It may be started again after it was stopped; what it took stays.
type Server struct {
	Address string // host:port
	dir     string
	cmd     *exec.Cmd
}

// New writes a server's files to dir. Its certificate is for name.
func New(dir string, a *directorylab.Authority, name string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	text := strings.NewReplacer("@DIR@", dir, "@PORT@", strconv.Itoa(port)).Replace(conf)
	return &Server{Address: l.Addr().String(), dir: dir},
		errors.Join(l.Close(), a.WriteServer(dir, name), os.WriteFile(filepath.Join(dir, "rsyslog.conf"), []byte(text), 0o600))
}

// Command is how the server is started: a program and its arguments. It stays in the foreground.
func (s *Server) Command() (string, []string) {
	return "/usr/sbin/rsyslogd", []string{"-n", "-f", filepath.Join(s.dir, "rsyslog.conf"), "-i", filepath.Join(s.dir, "pid")}
}

// Start starts the server and returns when it listens. It ends with ctx.
func (s *Server) Start(ctx context.Context) error {
	path, args := s.Command()
	s.cmd = exec.CommandContext(ctx, path, args...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var log bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &log, &log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if err := s.await(ctx); err != nil {
		return errors.Join(fmt.Errorf("starting rsyslogd: %w: %s", err, log.String()), s.Stop())
	}
	return nil
}

// await waits until somebody listens.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}

// Stop ends the server and waits until it has written what it took.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	_ = s.cmd.Wait() // how it ends does not matter
	return nil
}

// Taken returns the lines that the server has written: facility and severity, program, message id, structured data and
// the message as it came.
func (s *Server) Taken() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, "taken"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	lines := strings.Split(string(text), "\n")
	return lines[:len(lines)-1], err
}
