// Package child is the process that ends connections of a person's programs, and no other's.
package child

import (
	"context"
	"errors"
	"net"
	"time"

	"siths-agent/agent/errand"
	"siths-agent/agent/sever"
)

const (
	// atOnce is how many questions are answered at a time; more wait to be accepted.
	atOnce = 4
	// questionTime is how long the asker may take to ask and to take the answer.
	questionTime = 5 * time.Second
	// maxFailure is the longest failure that is told, in bytes.
	maxFailure = 300
)

var errQuestion = errors.New("not a question about a person's sockets")

// Serve answers questions on l until ctx ends. Only root and who made the socket may ask.
func Serve(ctx context.Context, l net.Listener) error { return errand.Serve(ctx, l, atOnce, serve) }

// serve answers the one question of a connection.
func serve(_ context.Context, conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(questionTime))
	q, err := sever.ReadQuestion(conn)
	if err == nil && (len(q.Inodes) == 0 || len(q.Inodes) > sever.MaxInodes) {
		err = errQuestion
	}
	var a sever.Answer
	if err == nil {
		a.Severed, err = end(q)
	}
	if err != nil {
		said := err.Error()
		a.Failure = said[:min(len(said), maxFailure)]
	}
	_ = sever.WriteAnswer(conn, a) // who has gone needs no answer
}
