package main

import (
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/dialog"
)

// taken takes what is in an inbox, and returns the last state in it: 0 when there is none.
func taken(b *inbox) (events int, rev uint64) {
	all := b.take()
	for _, e := range all {
		if told, ok := e.Event.(dialog.Told); ok {
			rev = told.Snapshot.Rev
		}
	}
	return len(all), rev
}

func TestAFewStatesComeAtOnceAndAFloodOfThemFourASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{inbox: newInbox()}
		for rev := range uint64(paceBurst) {
			p.tell(apitype.Snapshot{Rev: rev + 1})
			if n, got := taken(p.inbox); n != 1 || got != rev+1 {
				t.Errorf("state %d: %d events, the last is %d", rev+1, n, got)
			}
		}
		came, last := 0, uint64(0)
		for rev := uint64(100); rev < 10100; rev++ { // ten seconds of a thousand a second
			p.tell(apitype.Snapshot{Rev: rev})
			time.Sleep(time.Millisecond)
			if n, got := taken(p.inbox); n > 0 {
				came, last = came+n, got
			}
		}
		if came < 39 || came > 41 {
			t.Errorf("%d of a flood came", came)
		}
		time.Sleep(paceStep)
		if n, got := taken(p.inbox); last != 10099 && (n != 1 || got != 10099) {
			t.Errorf("the newest did not come: %d events, the last is %d, before %d", n, got, last)
		}
		time.Sleep(time.Minute)
		if n, _ := taken(p.inbox); n != 0 {
			t.Errorf("%d events came of nothing", n)
		}
	})
}

func TestAServiceThatIsLostHasNoStateAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{inbox: newInbox()}
		for rev := range uint64(100) {
			p.tell(apitype.Snapshot{Rev: rev})
		}
		p.lost()
		all := p.inbox.take()
		if _, lost := all[len(all)-1].Event.(dialog.Lost); !lost {
			t.Errorf("the last of %d is %T", len(all), all[len(all)-1].Event)
		}
		time.Sleep(time.Minute)
		if n, rev := taken(p.inbox); n != 0 {
			t.Errorf("afterwards %d events came, the last is %d", n, rev)
		}
	})
}
