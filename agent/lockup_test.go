package agent

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/memory"
	"siths-agent/agent/unlock"
)

func TestAServiceThatCannotStartLocksWhatWasOpen(t *testing.T) {
	for name, c := range map[string]struct {
		left *notes
		want []string
	}{
		"one desk":              {&notes{desks: []memory.Desk{deskOf("anna", 1000, "c7")}}, []string{"c1", "c7", "c9"}},
		"nothing":               {&notes{}, nil},
		"what cannot be read":   {&notes{err: memory.ErrGarbled}, []string{"c1", "c2", "c9"}},
		"desks of other people": {&notes{desks: []memory.Desk{deskOf("anna", 1000), deskOf("bert", 1001)}}, []string{"c1", "c2", "c9"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.a.parts.Memory = c.left
				if err := LockUp(context.Background(), w.a.parts); !errors.Is(err, c.left.err) {
					t.Error(err)
				}
				if got := w.desk.locked(); !slices.Equal(got, c.want) {
					t.Errorf("locked %v, want %v", got, c.want)
				}
				if !c.left.are() {
					t.Errorf("remembered is %+v", c.left.now())
				}
			})
		})
	}
}

func TestALockUpThatFailsIsTriedAgainAndForgetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		left := &notes{desks: []memory.Desk{deskOf("anna", 1000)}}
		w.a.parts.Memory = left
		w.desk.fail(unlock.ErrAway)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := LockUp(ctx, w.a.parts); !errors.Is(err, unlock.ErrAway) {
			t.Errorf("it ended with %v", err)
		}
		if w.desk.tried() < 4 || !left.are(deskOf("anna", 1000)) {
			t.Errorf("after %d tries remembered is %+v", w.desk.tried(), left.now())
		}
	})
}

func TestADesktopThatCannotBeLockedDoesNotKeepTheNextOneOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		left := &notes{desks: []memory.Desk{deskOf("anna", 1000), deskOf("bert", 1001)}}
		w.a.parts.Memory, w.a.parts.Desktop = left, stubborn{w.desk, 1000}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := LockUp(ctx, w.a.parts); !errors.Is(err, unlock.ErrMalformed) {
			t.Errorf("it ended with %v", err)
		}
		if got := w.desk.locked(); !slices.Equal(got, []string{"c2"}) || len(left.now()) != 2 {
			t.Errorf("locked %v, remembered is %+v", got, left.now())
		}
	})
}

// stubborn is a login manager that does not tell of one user's sessions.
type stubborn struct {
	*desk
	uid uint32
}

func (s stubborn) OfUser(ctx context.Context, uid uint32) ([]unlock.Session, error) {
	if uid == s.uid {
		return nil, unlock.ErrMalformed
	}
	return s.desk.OfUser(ctx, uid)
}

func TestOnlyAnAgentThatIsNotStuckSaysThatItIsAlive(t *testing.T) {
	testKey()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		said := 0
		w.a.parts.AliveEvery, w.a.parts.Alive = time.Second, func() { said++ }
		w.start()
		defer w.end()
		w.look()
		time.Sleep(10*time.Second + time.Millisecond)
		if n := w.count(func() int { return said }); n != 10 {
			t.Errorf("in ten seconds it said so %d times", n)
		}
		stuck := make(chan struct{})
		w.a.post(func() { <-stuck })
		time.Sleep(10 * time.Second)
		if said != 10 {
			t.Errorf("it said so %d times while it was stuck", said-10)
		}
		close(stuck)
	})
}

func TestWhoGoesOnAskingDoesNotPutOffTheEnd(t *testing.T) {
	a, over, asked := New(Parts{}), make(chan struct{}), 0
	var again func()
	again = func() {
		if asked++; asked < 1000 {
			a.queue <- again
		}
	}
	a.queue <- again
	close(over)
	a.drain(over, time.Hour)
	if asked == 1000 {
		t.Error("the end waited until nobody asked any more")
	}
}
