// Package child is the process that has a network: it answers the service's questions, each on a connection of its own.
package child

import (
	"context"
	"errors"
	"net"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/agent/errand"
)

const (
	// atOnce is how many questions are answered at a time; more wait to be accepted.
	atOnce = 16
	// largeAtOnce is how many of them may be large fetches, of which a few would fill the memory.
	largeAtOnce = 2
	// questionTime and answerTime are how long the asker may take to ask and to take the answer.
	questionTime, answerTime = 5 * time.Second, 10 * time.Second
)

// server answers for as long as the process runs.
type server struct {
	large chan struct{} // holds one token per large fetch under way
}

// Serve answers questions on l until ctx ends. Only root and who made the socket may ask.
func Serve(ctx context.Context, l net.Listener) error {
	s := &server{large: make(chan struct{}, largeAtOnce)}
	return errand.Serve(ctx, l, atOnce, s.serve)
}

// serve answers the one question of a connection.
func (s *server) serve(ctx context.Context, conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(questionTime))
	q, err := question(conn)
	if err != nil {
		write(conn, failed(malformed(err.Error())))
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	ctx, cancel := bounded(ctx, q.Timeout)
	defer cancel()
	go errand.HangUp(conn, cancel)
	defer s.enter(ctx, q)()
	write(conn, answer(ctx, q))
}

// question reads a question that makes sense.
func question(conn net.Conn) (courier.Question, error) {
	q, err := courier.ReadQuestion(conn)
	switch {
	case err != nil:
		return q, err
	case q.Timeout <= 0:
		return q, errors.New("a question without a time")
	case q.Parts() != 1:
		return q, errors.New("not one question")
	}
	return q, nil
}

func write(conn net.Conn, a courier.Answer) {
	_ = conn.SetWriteDeadline(time.Now().Add(answerTime))
	_ = courier.WriteAnswer(conn, a) // who has gone needs no answer
}

// answer is what is said to a question, whatever becomes of it.
func answer(ctx context.Context, q courier.Question) courier.Answer {
	a, err := do(ctx, q)
	switch {
	case err == nil:
		return a
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failed(&courier.Failure{Reason: courier.Late, Detail: "not within the time of the question"})
	}
	return failed(err)
}

// do does what a question asks for.
func do(ctx context.Context, q courier.Question) (courier.Answer, error) {
	switch {
	case q.Fetch != nil:
		return fetch(ctx, *q.Fetch)
	case q.Search != nil:
		return search(ctx, *q.Search)
	case q.Forward != nil:
		return forward(ctx, *q.Forward)
	}
	return courier.Answer{}, malformed("a question that is not known")
}

// failed is the answer to a question that has none.
func failed(err error) courier.Answer {
	f, ok := errors.AsType[*courier.Failure](err)
	if !ok {
		f = &courier.Failure{Reason: courier.Unreachable, Detail: err.Error()}
	}
	f.Detail = f.Detail[:min(len(f.Detail), maxDetail)]
	return courier.Answer{Failure: f}
}

// maxDetail is the longest detail in bytes: a server's words may be part of it.
const maxDetail = 300

func malformed(detail string) *courier.Failure {
	return &courier.Failure{Reason: courier.Malformed, Detail: detail}
}
