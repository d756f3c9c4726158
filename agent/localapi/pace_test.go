package localapi

import (
	"testing"
	"time"
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
