// Package child is the process that gets Kerberos tickets: it has kinit ask, with the virtual card and without a person.
package child

import (
	"context"
	"errors"
	"net"
	"time"

	"siths-agent/agent/errand"
	"siths-agent/agent/ticket"
)

const (
	// atOnce is how many tickets are asked for at a time; more wait to be accepted.
	atOnce = 8
	// questionTime and answerTime are how long the asker may take to ask and to take the answer.
	questionTime, answerTime = 5 * time.Second, 10 * time.Second
	// longest is the longest that a question may take, whatever it allows.
	longest = time.Minute
	// maxDetail is the longest detail in bytes: a KDC's words may be part of it.
	maxDetail = 300
)

// Serve answers questions on l until ctx ends. Only root and who made the socket may ask.
func Serve(ctx context.Context, l net.Listener) error {
	k := kinit{program: programPath, identity: virtualCard}
	return errand.Serve(ctx, l, atOnce, k.serve)
}

// serve answers the one question of a connection.
func (k kinit) serve(ctx context.Context, conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(questionTime))
	q, err := ticket.ReadQuestion(conn)
	if err == nil {
		err = check(q)
	}
	if err != nil {
		write(conn, failed(malformed(err.Error())))
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	ctx, cancel := context.WithTimeout(ctx, min(q.Timeout, longest))
	defer cancel()
	go errand.HangUp(conn, cancel)
	answer := k.answer(ctx, q)
	write(conn, answer)
	clear(answer.Cache)
}

func write(conn net.Conn, a ticket.Answer) {
	_ = conn.SetWriteDeadline(time.Now().Add(answerTime))
	_ = ticket.WriteAnswer(conn, a) // who has gone needs no answer
}

// answer is what is said to a question, whatever becomes of it.
func (k kinit) answer(ctx context.Context, q ticket.Question) ticket.Answer {
	a, err := k.ask(ctx, q)
	switch {
	case err == nil:
		return a
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failed(&ticket.Failure{Reason: ticket.Late, Detail: "not within the time of the question"})
	}
	return failed(err)
}

// failed is the answer to a question without a ticket.
func failed(err error) ticket.Answer {
	f, ok := errors.AsType[*ticket.Failure](err)
	if !ok {
		f = &ticket.Failure{Reason: ticket.Refused, Detail: err.Error()}
	}
	f.Detail = f.Detail[:min(len(f.Detail), maxDetail)]
	return ticket.Answer{Failure: f}
}

func malformed(detail string) *ticket.Failure {
	return &ticket.Failure{Reason: ticket.Malformed, Detail: detail}
}
