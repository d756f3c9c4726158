package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"time"

	"siths-agent/pcsc/token"
)

// closeTime is how long a child gets to reset its card and end before it is killed.
const closeTime = time.Second

// Options say how to hold a card.
type Options struct {
	Program string        // path of siths-cardhost
	Reader  string        // PC/SC name of the reader that holds the card
	Others  []string      // names of all other readers: the child leaves them alone
	Modules []string      // PKCS#11 modules to try, in order
	Timeout time.Duration // for each operation
	Log     *slog.Logger
}

// Host is one child that holds one card. Its methods may be called from any goroutine; they take turns.
type Host struct {
	opt  Options
	cmd  *exec.Cmd
	conn net.Conn
	turn chan struct{} // holds one token; who takes it may ask
	uses chan struct{} // holds one token; who takes it may take a turn for a signature of Use
	done chan struct{}
}

// Start starts the child for the card in opt.Reader. Ending ctx kills it: the card's insertion is such a context.
// The card is not touched before Open.
func Start(ctx context.Context, opt Options) (*Host, error) {
	conn, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("making the child's pipe: %w", err)
	}
	defer func() { _ = theirs.Close() }()
	settings, err := settingsFile(settings(opt.Others))
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("writing the child's settings: %w", err)
	}
	defer func() { _ = settings.Close() }()
	h := newHost(opt, conn)
	if h.cmd, err = startChild(ctx, opt, theirs, settings); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("starting %s: %w", opt.Program, err)
	}
	go h.wait()
	return h, nil
}

func newHost(opt Options, conn net.Conn) *Host {
	h := &Host{opt: opt, conn: conn, turn: make(chan struct{}, 1), uses: make(chan struct{}, 1), done: make(chan struct{})}
	h.turn <- struct{}{}
	h.uses <- struct{}{}
	return h
}

// wait reaps the child.
func (h *Host) wait() {
	_ = h.cmd.Wait()
	_ = h.conn.Close()
	close(h.done)
}

// Done is closed when the child has ended, and its login state with it.
func (h *Host) Done() <-chan struct{} { return h.done }

// PID is the child's process id.
func (h *Host) PID() int { return h.cmd.Process.Pid }

// Open connects to the card and reads what it tells without a PIN. The card is held exclusively from here on.
// Errors are those of package token.
func (h *Host) Open(ctx context.Context) (token.Info, error) {
	body, err := json.Marshal(OpenRequest{Reader: h.opt.Reader, Modules: h.opt.Modules})
	if err != nil {
		return token.Info{}, err
	}
	answer, err := h.ask(ctx, OpOpen, body)
	if err != nil {
		return token.Info{}, err
	}
	var info token.Info
	if err := json.Unmarshal(answer, &info); err != nil {
		return token.Info{}, fmt.Errorf("%w: %w", ErrFrame, err)
	}
	return info, nil
}

// Sign hands the PIN to the card once and lets the key of the certificate with the given SHA-256 sign message
// (RSA PKCS#1 v1.5 with SHA-256, RFC 8017 section 8.2). The PIN is written from pin straight to the pipe.
// A PIN that the card does not take is a *token.PINError; nothing is ever tried twice.
func (h *Host) Sign(ctx context.Context, pin []byte, cert [CertIDLen]byte, message []byte) ([]byte, error) {
	if err := token.CheckPIN(pin); err != nil {
		return nil, err
	}
	return h.ask(ctx, OpSign, []byte{byte(len(pin))}, pin, cert[:], message)
}

// Check asks whether the card is still the one that took the PIN, and still grants what the PIN opened.
func (h *Host) Check(ctx context.Context) error {
	_, err := h.ask(ctx, OpCheck)
	return err
}

// Close lets the child log out, reset the card and end; it is killed when it does not within a second.
func (h *Host) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if _, err := h.ask(ctx, OpClose); err == nil {
		select {
		case <-h.done:
			return
		case <-ctx.Done():
		}
	}
	h.Kill()
	<-h.done
}

// Kill ends the child at once. The card is reset by the PC/SC service when the child's connection breaks.
func (h *Host) Kill() { _ = h.cmd.Process.Kill() }

// ask sends one question and returns its answer. Overrunning the deadline or a broken pipe kills the child: what a
// child that is out of step says next would be the answer to another question.
func (h *Host) ask(ctx context.Context, op Op, parts ...[]byte) ([]byte, error) {
	select {
	case <-h.turn:
		defer func() { h.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-h.done:
		return nil, fmt.Errorf("%w: cardhost has ended", token.ErrUnreadable)
	}
	_ = h.conn.SetDeadline(time.Time{}) // a question before this one may have been given up as its answer came
	ctx, cancel := h.opt.deadline(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = h.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	body, err := h.exchange(op, parts)
	if err == nil || !isPipe(err) {
		return body, err
	}
	h.Kill()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, token.ErrSilent
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("%w: cardhost ended: %w", token.ErrUnreadable, err)
}

func (h *Host) exchange(op Op, parts [][]byte) ([]byte, error) {
	total := 0
	for _, p := range parts {
		total += len(p)
	}
	if err := WriteHeader(h.conn, byte(op), total); err != nil {
		return nil, pipeError{err}
	}
	for _, p := range parts {
		if _, err := h.conn.Write(p); err != nil {
			return nil, pipeError{err}
		}
	}
	body, err := ReadAnswer(h.conn)
	if err != nil && isTransport(err) {
		return nil, pipeError{err}
	}
	return body, err
}

// pipeError marks an error of the pipe itself, as opposed to one that the child reported.
type pipeError struct{ error }

func (e pipeError) Unwrap() error { return e.error }

func isPipe(err error) bool {
	var p pipeError
	return errors.As(err, &p)
}

func isTransport(err error) bool {
	var n net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrFrame) ||
		errors.Is(err, os.ErrClosed) || errors.Is(err, net.ErrClosed) || errors.As(err, &n)
}
