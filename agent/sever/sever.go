// Package sever is how the service has connections of a person's programs ended: a child that may destroy sockets does it.
package sever

import (
	"context"
	"errors"
	"io"
	"net"

	"siths-agent/agent/errand"
)

// User is the system user that the child runs as.
const User = "siths-sever"

const (
	// MaxInodes is how many sockets can be named at once: more than a browser has.
	MaxInodes = 16 << 10
	// MaxQuestion and MaxAnswer bound a question, in which a number has eleven bytes at most, and its answer.
	MaxQuestion, MaxAnswer = 12*MaxInodes + 64, 1 << 10
)

// Question names sockets of a user by their inodes, as proc_pid_fd(5) and sock_diag(7) tell them.
type Question struct {
	UID    uint32   `json:"uid"`
	Inodes []uint32 `json:"inodes"`
}

// Answer tells how many connections were ended, and why others were not.
type Answer struct {
	Severed int    `json:"severed"`
	Failure string `json:"failure,omitempty"`
}

// ErrFailed says that connections which were named may still be there.
var ErrFailed = errors.New("connections are not ended")

// Client asks the child behind a socket. It may be used by many goroutines.
type Client struct{ Socket string }

// Sever ends the connections to other places that a user's sockets are, and returns how many those were. Ending ctx ends the
// question. The error is ErrFailed with what the child says, or the socket's.
func (c *Client) Sever(ctx context.Context, uid uint32, inodes []uint32) (int, error) {
	var a Answer
	err := errand.Ask(ctx, c.Socket, func(conn net.Conn) (err error) {
		if err = WriteQuestion(conn, Question{UID: uid, Inodes: inodes}); err == nil {
			a, err = ReadAnswer(conn)
		}
		return err
	})
	if err == nil && a.Failure != "" {
		err = errors.Join(ErrFailed, errors.New(a.Failure))
	}
	return a.Severed, err
}

// WriteQuestion sends one question, as the service does.
func WriteQuestion(w io.Writer, q Question) error { return errand.WriteFrame(w, q, MaxQuestion) }

// ReadQuestion reads one question, as the child does.
func ReadQuestion(r io.Reader) (Question, error) {
	var q Question
	err := errand.ReadFrame(r, &q, MaxQuestion)
	return q, err
}

// WriteAnswer sends an answer, as the child does.
func WriteAnswer(w io.Writer, a Answer) error { return errand.WriteFrame(w, a, MaxAnswer) }

// ReadAnswer reads an answer, as the service does.
func ReadAnswer(r io.Reader) (Answer, error) {
	var a Answer
	err := errand.ReadFrame(r, &a, MaxAnswer)
	return a, err
}
