package p11

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// watched is a connection whose times are looked at.
type watched struct {
	net.Conn
	read, write time.Time
}

func (w *watched) SetReadDeadline(t time.Time) error {
	w.read = t
	return nil
}

func (w *watched) SetWriteDeadline(t time.Time) error {
	w.write = t
	return nil
}

// TestWhoReadsNoAnswerHoldsUpNoStop, nor who sends half a question: whenever they began, they get what a stop may take.
func TestWhoReadsNoAnswerHoldsUpNoStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc := &watched{}
		p := pace{nc: nc}
		want := func(what string, got time.Time, in time.Duration) {
			t.Helper()
			if left := time.Until(got); left != in {
				t.Errorf("%s has %v, not %v", what, left, in)
			}
		}
		p.begin()
		p.answer()
		want("a question that has begun", nc.read, frameTime)
		want("an answer", nc.write, frameTime)
		p.leave()
		want("a question, as the door closes", nc.read, leaveTime)
		want("an answer, as the door closes", nc.write, leaveTime)
		time.Sleep(leaveTime / 2)
		p.begin()
		p.answer()
		want("a question after that", nc.read, leaveTime)
		want("an answer after that", nc.write, leaveTime)
	})
}
