package localapi_test

import (
	"context"
	"sync/atomic"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/unlock"
)

// counting notes how often the session manager is asked.
type counting struct {
	sessions
	asked atomic.Int32
}

func (c *counting) SessionOf(ctx context.Context, pid int32, uid uint32) (unlock.Session, error) {
	c.asked.Add(1)
	return c.sessions.SessionOf(ctx, pid, uid)
}

func TestAnUnlockAsksForItsSessionOnce(t *testing.T) {
	l, manager := newLab(t), &counting{}
	l.s.Sessions = manager
	ctx, c := context.Background(), l.as(rootUID)
	if _, err := c.UnlockBegin(ctx, apitype.UnlockRequest{Account: "anna"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PIN(ctx, apitype.PINRequest{Insertion: 7, Unlock: "t1"}, []byte("482913")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UnlockFinish(ctx, "t1"); err != nil {
		t.Fatal(err)
	}
	if n := manager.asked.Load(); n != 1 {
		t.Errorf("begin, PIN and finish asked %d times", n)
	}
	if _, err := c.PIN(ctx, apitype.PINRequest{Insertion: 7}, []byte("482913")); err != nil {
		t.Fatal(err)
	}
	if n := manager.asked.Load(); n != 2 {
		t.Errorf("a PIN of its own came to %d questions, not to one more", n)
	}
}
