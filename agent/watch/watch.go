// Package watch follows the service's state, and locks: all that a program wants which stays all day and is to be small.
package watch

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/agent/safesocket"
)

const (
	// maxLine is the longest line in bytes that is read: a snapshot is one.
	maxLine = 1 << 20
	// maxHeaders is how many lines may come before the answer itself.
	maxHeaders = 64
)

// Client reaches one service, without the means for codes and secrets. The zero Client reaches the one that
// SITHS_AGENT_SOCKET names, else the system's. Every error that is not the caller's own wraps an *apitype.Problem.
type Client struct {
	Socket string
}

func (c *Client) path() string {
	if c.Socket != "" {
		return c.Socket
	}
	if p := os.Getenv("SITHS_AGENT_SOCKET"); p != "" {
		return p
	}
	return safesocket.DefaultPath()
}

// Watch calls f with the present state and then with every change, until ctx ends, the service cuts the watch off
// (agent.unreachable), or f returns an error, which Watch returns as it is.
func (c *Client) Watch(ctx context.Context, f func(apitype.Snapshot) error) error {
	return c.ask(ctx, "GET /v1/watch", states(f))
}

// states reads snapshots, a line each.
func states(f func(apitype.Snapshot) error) func(*bufio.Scanner) error {
	return func(lines *bufio.Scanner) error {
		for lines.Scan() {
			var s apitype.Snapshot
			if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
				return unreachable(err)
			}
			if err := f(s); err != nil {
				return err
			}
		}
		return unreachable(errors.Join(io.EOF, lines.Err()))
	}
}

// Lock locks the session now.
func (c *Client) Lock(ctx context.Context) error {
	return c.ask(ctx, "POST /v1/lock", func(*bufio.Scanner) error { return nil })
}

// ask makes one request and hands the lines of its answer to read. It asks in HTTP/1.0, whose answers end with their
// connection and come in one piece (RFC 9112, sections 6.1 and 6.3).
func (c *Client) ask(ctx context.Context, verb string, read func(*bufio.Scanner) error) error {
	conn, err := safesocket.Dial(ctx, c.path())
	if err != nil {
		return unreachable(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	err = exchange(conn, verb, read)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func exchange(conn io.ReadWriter, verb string, read func(*bufio.Scanner) error) error {
	if _, err := fmt.Fprintf(conn, "%s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", verb, apitype.Host); err != nil {
		return unreachable(err)
	}
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, maxLine)
	status, err := head(lines)
	if err != nil {
		return unreachable(err)
	}
	if status/100 != 2 {
		return refused(status, lines)
	}
	return read(lines)
}

// head reads an answer up to its body, and returns its status (RFC 9112, section 4).
func head(lines *bufio.Scanner) (int, error) {
	if !lines.Scan() {
		return 0, errors.Join(io.ErrUnexpectedEOF, lines.Err())
	}
	protocol, rest, _ := strings.Cut(lines.Text(), " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || !strings.HasPrefix(protocol, "HTTP/1.") {
		return 0, errors.New("the answer is not one of HTTP")
	}
	for range maxHeaders {
		if !lines.Scan() {
			return 0, errors.Join(io.ErrUnexpectedEOF, lines.Err())
		}
		if len(lines.Bytes()) == 0 { // the Scanner has taken the carriage return off
			return int(status), nil
		}
	}
	return 0, errors.New("the answer has too many headers")
}

// refused reads the problem that the service answered with.
func refused(status int, lines *bufio.Scanner) error {
	var p apitype.Problem
	if lines.Scan() && json.Unmarshal(lines.Bytes(), &p) == nil && p.Code != "" {
		return &p
	}
	return unreachable(fmt.Errorf("status %d", status))
}

// unreachable wraps err so that it is both itself, for a log, and the problem, for people.
func unreachable(err error) error {
	p := &apitype.Problem{Code: apitype.AgentUnreachable, Severity: apitype.Error, Retry: apitype.RetryAfterWait}
	return fmt.Errorf("%w: %w", p, err)
}
