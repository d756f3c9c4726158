package localapi

import (
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/safesocket"
)

func TestAUserIsServedAtAPaceAfterABurst(t *testing.T) {
	var p pace
	now := time.Now()
	turns := int(paceBurst / paceEvery)
	for i := range turns {
		if d := p.delay(now); d > 0 {
			t.Fatalf("turn %d of a burst waits %v", i, d)
		}
	}
	if d := p.delay(now); d != paceEvery {
		t.Errorf("the turn after the burst waits %v", d)
	}
	if p.hurried(now) {
		t.Error("one who waits is too many")
	}
	for range paceAhead / paceEvery {
		p.delay(now)
	}
	if !p.hurried(now) || p.hurried(now.Add(paceAhead)) {
		t.Error("who is in a hurry is told too late, or for too long")
	}
	if p.idle(now) || !p.idle(now.Add(2*paceBurst+2*paceEvery)) {
		t.Error("it is at rest too early or never")
	}
	if d := p.delay(now.Add(time.Hour)); d > 0 {
		t.Errorf("after a rest a turn waits %v", d)
	}
}

func TestAnOrdinaryUserIsNeverSlowedDown(t *testing.T) {
	var p pace
	// A watch, and programs that together ask thirty times a second: a request takes three turns.
	const turns, seconds = 10 + 3*30, 600
	begin := time.Now()
	for i := range turns * seconds {
		now := begin.Add(time.Duration(i) * time.Second / turns)
		if d := p.delay(now); d > 0 || p.hurried(now) {
			t.Fatalf("after %v a turn waits %v", now.Sub(begin), d)
		}
	}
}

func TestAWatchOfAUserWhoFloodsIsStillServedInTime(t *testing.T) {
	var p pace
	now := time.Now()
	for range paceBurst / paceEvery {
		p.delay(now)
	}
	for range maxPerUser - 1 { // whoever waits takes no further turn
		p.delay(now)
	}
	if d := p.delay(now); d > 500*time.Millisecond {
		t.Errorf("the last of a user's connections waits %v", d)
	}
}

func TestAUserHasOnePaceForAllConnectionsHoweverLongTheyRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(nil, func() int { return maxConns })
		first := &countedConn{peer: safesocket.Peer{UID: 1000}, limiter: l}
		if !l.take(first) {
			t.Fatal("there is no place")
		}
		time.Sleep(2*paceBurst + time.Second)
		l.take(&countedConn{peer: safesocket.Peer{UID: 1001}, limiter: l})
		second := &countedConn{peer: safesocket.Peer{UID: 1000}, limiter: l}
		if !l.take(second) || second.pace != first.pace {
			t.Error("a rest gives the user's next connection a pace of its own")
		}
		l.forget(first)
		l.forget(second)
		time.Sleep(2*paceBurst + time.Second)
		l.take(&countedConn{peer: safesocket.Peer{UID: 1002}, limiter: l})
		if _, kept := l.paces[1000]; kept {
			t.Error("a user who has gone and rested is still remembered")
		}
	})
}
