package revocation

import (
	"context"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/testpki/responder"
)

const (
	day      = 24 * time.Hour
	tenYears = 3652 * day
)

func jumps() []time.Duration { return []time.Duration{5 * time.Second, time.Hour, day, tenYears} }

// TestAClockThatIsSetBackStretchesNothing holds an answer that is good for an hour against a clock that is set back.
func TestAClockThatIsSetBackStretchesNothing(t *testing.T) {
	for _, jump := range jumps() {
		for _, restart := range []bool{false, true} {
			w := newWorld(t)
			s := w.store()
			c := w.checker(s, OCSP)
			if got := w.check(c); got.Result != Good {
				t.Fatalf("got %+v", got)
			}
			w.asker.down.Store(true)
			w.pass(30 * time.Minute)
			if restart {
				s.save()
				c = w.checker(w.store(), OCSP)
			}
			w.jump(-jump)
			if got := w.check(c); got.Result != Good || got.Age < 30*time.Minute {
				t.Errorf("back by %s, restart %v: %+v", jump, restart, got)
			}
			w.pass(30*time.Minute + time.Second)
			if got := w.check(c); got.Result != Unknown || !got.Offline {
				t.Errorf("back by %s, restart %v, after the hour: %+v", jump, restart, got)
			}
		}
	}
}

func TestAGraceIsNotStretchedByAClockThatIsSetBack(t *testing.T) {
	for _, jump := range jumps() {
		w := newWorld(t)
		c := w.checker(w.store(), OCSP)
		c.Policy.Grace = 2 * time.Hour
		w.check(c)
		w.asker.down.Store(true)
		w.pass(2 * time.Hour)
		w.jump(-jump)
		if got := w.check(c); got.Result != Good || !got.Offline {
			t.Errorf("back by %s, within the grace: %+v", jump, got)
		}
		w.pass(time.Hour + time.Second)
		if got := w.check(c); got.Result != Unknown {
			t.Errorf("back by %s, after the grace: %+v", jump, got)
		}
	}
}

// TestAClockThatWasTooLateRecovers sets the clock forward and back again: what was seen then is taken back by the first
// answer of the network, and by nothing else.
func TestAClockThatWasTooLateRecovers(t *testing.T) {
	for _, jump := range jumps() {
		for _, restart := range []bool{false, true} {
			w := newWorld(t)
			s := w.store()
			c := w.checker(s, OCSP)
			w.check(c)
			w.jump(jump)
			w.asker.down.Store(true)
			w.check(c)
			s.save()
			w.jump(-jump)
			if restart {
				s = w.store()
				c = w.checker(s, OCSP)
			}
			w.pass(2 * time.Minute)
			if got := w.check(c); jump > time.Hour && got.Result != Unknown {
				t.Errorf("forward by %s, restart %v, no network: %+v", jump, restart, got)
			}
			w.asker.down.Store(false)
			if got := w.check(c); got.Result != Good || got.Age > skew || s.Now() != w.now() {
				t.Errorf("forward by %s, restart %v, with the network: %+v at %s", jump, restart, got, s.Now())
			}
		}
	}
}

// TestAClockIsCorrectedByTheListThatCameWhileItWasWrong has the only list there is fetched by a clock that is far ahead.
func TestAClockIsCorrectedByTheListThatCameWhileItWasWrong(t *testing.T) {
	w := newWorld(t)
	c := w.checker(w.store(), CRL)
	list := made(t)
	c.Store.asker = answering(list)
	w.jump(tenYears)
	if got := w.check(c); got.Result != Unknown {
		t.Fatalf("ten years after its time: %+v", got)
	}
	w.jump(-tenYears)
	w.pass(time.Minute)
	if got := w.check(c); got.Result != Good || c.Store.Now() != w.now() {
		t.Errorf("with the clock corrected: %+v at %s", got, c.Store.Now())
	}
	w.pass(2 * time.Hour)
	w.jump(-2 * time.Hour)
	if got := w.check(c); got.Result != Unknown {
		t.Errorf("with the clock set back to the same list: %+v", got)
	}
}

// answering gives the same bytes to every question.
type answering []byte

func (a answering) Ask(context.Context, courier.Question) (courier.Answer, error) {
	return courier.Answer{Body: a}, nil
}

// TestAnOldAnswerTakesNoTimeBack gives an answer that is new here, but older than the time that an authority has signed,
// to a clock that was set back to it.
func TestAnOldAnswerTakesNoTimeBack(t *testing.T) {
	w := newWorld(t)
	w.r.Set(responder.Behaviour{NoNonce: true})
	s := w.store()
	c := w.checker(s, OCSP)
	w.check(c)
	old, err := w.r.AnswerAbout(w.card.Auth.Cert, "Person HSA-id 3 CA v1")
	if err != nil {
		t.Fatal(err)
	}
	w.pass(4 * day) // nobody was asked meanwhile
	w.jump(-4*day + time.Minute)
	if err := s.takeAnswer(old, w.card.Auth.Cert, w.ca, nil); err == nil {
		t.Error("an answer of four days ago is taken")
	}
	if now := s.Now(); now.Before(noon.Add(4 * day)) {
		t.Errorf("it is %s", now)
	}
}

// TestNothingHidesThatTheClockIsSet looks at the time itself, because no test may set the clock of the machine: a time with
// a monotonic reading would be compared by that.
func TestNothingHidesThatTheClockIsSet(t *testing.T) {
	for _, o := range []Options{{}, {Now: time.Now}, {Now: time.Now, Running: running}} {
		s := Open(o)
		for range 2 {
			if now := s.Now(); now != now.Round(0) {
				t.Errorf("the time is %s", now)
			}
		}
	}
}
