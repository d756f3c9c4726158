package agent

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/identity"
	"siths-agent/agent/session"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

func codes(s apitype.Snapshot) []apitype.Code {
	var list []apitype.Code
	for _, p := range s.Problems {
		list = append(list, p.Code)
	}
	return list
}

func TestWhatHappensAtTheReadersIsShown(t *testing.T) {
	inWorld(t, func(w *world) {
		show := func(e pcsc.Event, phase apitype.Phase, want ...apitype.Code) {
			t.Helper()
			w.readers <- e
			if s := w.snapshot(); s.Phase != phase || !slices.Equal(codes(s), want) {
				t.Errorf("after %s: %s, %v", e.Kind, s.Phase, codes(s))
			}
		}
		show(pcsc.Event{Kind: pcsc.ServiceDown}, apitype.NoReader, apitype.ReaderServiceDown)
		show(pcsc.Event{Kind: pcsc.Readers}, apitype.NoReader, apitype.ReaderNone)
		show(pcsc.Event{Kind: pcsc.Readers, Count: 2}, apitype.NoCard)
		show(pcsc.Event{Kind: pcsc.CardOut, Insertion: 77}, apitype.NoCard)
	})
}

func TestAnAgentThatHasNotLookedYetIsNotReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.start()
		defer w.end()
		if v, err := w.a.View(context.Background()); err != nil || v.Ready || len(v.Snapshot.Problems) != 0 {
			t.Errorf("at the start: %+v, %v", v, err)
		}
		w.readers <- pcsc.Event{Kind: pcsc.ServiceDown}
		synctest.Wait()
		if v, err := w.a.View(context.Background()); err != nil || !v.Ready {
			t.Errorf("after the first look: %+v, %v", v, err)
		}
	})
}

func TestACardThatMayNotBeUsedSaysWhyAndForWhom(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("revoked"))
		s := w.snapshot()
		if s.Phase != apitype.Refused || s.Holder.Name != "Rita Test" || !slices.Equal(codes(s), []apitype.Code{apitype.CertRevoked}) {
			t.Errorf("the snapshot is %+v", s)
		}
		rows := w.trail.find(audit.CardRefused)
		if len(rows) != 1 || rows[0].Code != string(apitype.CertRevoked) || rows[0].Ref != s.Problems[0].Ref || rows[0].Insertion != uint64(id) {
			t.Errorf("the rows are %+v", rows)
		}
		w.remove(id)
		w.wantPhase(apitype.NoCard)
	})
}

func TestACardWithoutACertificateIsReadOnceMoreBeforeItIsRefused(t *testing.T) {
	for lost, want := range map[int]apitype.Phase{0: apitype.NeedPIN, 1: apitype.NeedPIN, 2: apitype.Refused} {
		inWorld(t, func(w *world) {
			w.identify("none", &identity.Refusal{Code: apitype.CertNone, Err: errors.New("no certificate")})
			c := newCard("anna")
			c.lost = lost
			w.insert(c)
			w.wantPhase(want)
			if got, want := c.seen().opened, min(lost, 1)+1; got != want {
				t.Errorf("lost %d times: opened %d times, want %d", lost, got, want)
			}
			refused := w.trail.find(audit.CardRefused)
			if failed := w.trail.find(audit.CardFailed); len(failed) > 0 || len(refused) != max(lost-1, 0) {
				t.Errorf("lost %d times: the rows are %+v, %+v", lost, failed, refused)
			}
		})
	}
}

func TestACardThatComesBlockedIsRefusedWithARow(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.tries = new(0)
		w.insert(card)
		s := w.snapshot()
		rows := w.trail.find(audit.CardRefused)
		if s.Phase != apitype.Refused || codes(s)[0] != apitype.PINBlocked || len(rows) != 1 || rows[0].Ref != s.Problems[0].Ref {
			t.Errorf("snapshot %+v, rows %+v", s, rows)
		}
	})
}

func TestACardThatDoesNotTellItsTriesIsUsedAllTheSame(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.tries = nil
		id := w.insert(card)
		if s := w.snapshot(); s.Card.PIN != nil {
			t.Errorf("tries out of nowhere: %+v", s.Card.PIN)
		}
		w.login(anna, id)
	})
}

func TestTheTriesOfThePINForSignaturesAreShownWhereTheyAreTold(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, c := range []struct{ tries, sign *int }{{nil, new(1)}, {new(3), new(0)}, {new(3), nil}} {
			card := newCard("anna")
			card.tries, card.signTries = c.tries, c.sign
			id := w.insert(card)
			pin := w.snapshot().Card.PIN
			if pin == nil || (pin.Auth == nil) != (c.tries == nil) || (pin.Sign == nil) != (c.sign == nil) || pin.Sign != nil && pin.Sign.Tries != *c.sign {
				t.Errorf("got %+v", pin)
			}
			w.remove(id)
		}
	})
}

func TestACardThatFailsIsOpenedAFewTimesAndThenGivenUp(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		want  apitype.Code
		times int
	}{
		"unreadable":          {token.ErrUnreadable, apitype.CardUnreadable, 3},
		"of no known product": {token.ErrUnsupported, apitype.CardUnsupported, 3},
		"silent":              {token.ErrSilent, apitype.CardSilent, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				card := newCard("anna")
				card.openErr = c.err
				w.insert(card)
				if s := w.snapshot(); s.Phase != apitype.Refused || codes(s)[0] != c.want {
					t.Errorf("the snapshot is %+v", s)
				}
				if rows := w.trail.find(audit.CardFailed); card.seen().opened != c.times || card.seen().closed != c.times || len(rows) != c.times {
					t.Errorf("%d openings, %d closed, %d rows", card.seen().opened, card.seen().closed, len(rows))
				}
			})
		})
	}
}

func TestAMuteCardStartsNoChild(t *testing.T) {
	inWorld(t, func(w *world) {
		w.readers <- pcsc.Event{Kind: pcsc.CardIn, Reader: "R", Insertion: 1, Mute: true}
		if s := w.snapshot(); s.Phase != apitype.Refused || codes(s)[0] != apitype.CardUnreadable {
			t.Errorf("the snapshot is %+v", s)
		}
	})
}

func TestAReaderThatAnotherProgramHoldsIsTriedEverySecond(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.set(func(c *fakeCard) { c.openErr = token.ErrBusy })
		w.insert(card)
		if s := w.snapshot(); codes(s)[0] != apitype.ReaderBusy {
			t.Fatalf("the snapshot is %+v", s)
		}
		time.Sleep(10*retryPause + retryPause/2)
		if card.seen().opened != 11 {
			t.Errorf("%d openings in ten pauses", card.seen().opened)
		}
		if rows := w.trail.find(audit.CardFailed); len(rows) != 1 || rows[0].Ref != w.snapshot().Problems[0].Ref {
			t.Errorf("the rows are %+v, the snapshot says %+v", rows, w.snapshot().Problems)
		}
		card.set(func(c *fakeCard) { c.openErr = nil })
		time.Sleep(retryPause)
		w.wantPhase(apitype.NeedPIN)
	})
}

func TestTheHeartbeatLocksWhenTheCardIsAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		time.Sleep(time.Minute)
		if card.seen().checks != 0 {
			t.Errorf("a card that waits was asked %d times", card.seen().checks)
		}
		w.login(anna, id)
		time.Sleep(50*time.Second + time.Millisecond)
		if card.seen().checks != 10 {
			t.Errorf("%d heartbeats in 50 s", card.seen().checks)
		}
		card.set(func(c *fakeCard) { c.checkErr = token.ErrChanged })
		time.Sleep(5 * time.Second)
		if got := w.desk.locked(); len(got) != 2 {
			t.Errorf("locked %v", got)
		}
		if rows := w.trail.find(audit.CardFailed); len(rows) != 1 || rows[0].Code != string(apitype.CardSwapped) {
			t.Errorf("rows: %+v", rows)
		}
	})
}

func TestAChildThatEndsLocks(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		w.login(anna, id)
		w.count(func() int {
			w.a.children[w.a.state.Handle].open.(*opening).crash()
			return 0
		})
		w.wantPhase(apitype.Locked)
		if got := w.desk.locked(); len(got) != 2 || card.seen().opened != 2 {
			t.Errorf("locked %v after %d openings", got, card.seen().opened)
		}
	})
}

func TestTheNextChildWaitsUntilTheLastHasLetGoOfTheCard(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.slowClose = time.Second
		w.login(anna, w.insert(card))
		_ = w.a.Lock(context.Background())
		synctest.Wait()
		if card.seen().opened != 1 {
			t.Error("two children hold the card")
		}
		time.Sleep(time.Second)
		if card.seen().opened != 2 {
			t.Error("the card was not opened anew")
		}
	})
}

func TestWhoSeesWhosePersonalData(t *testing.T) {
	inWorld(t, func(w *world) {
		view := func() View {
			t.Helper()
			synctest.Wait()
			v, err := w.a.View(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		if v := view(); !v.HeldBy(1000) || !v.OpenedFor(1000) || v.HeldBy(1001) || v.OpenedFor(1001) {
			t.Errorf("with her card: %+v", v)
		}
		w.remove(id)
		w.insert(newCard("bert"))
		if v := view(); v.HeldBy(1000) || !v.OpenedFor(1000) || !v.HeldBy(1001) || v.OpenedFor(1001) {
			t.Errorf("with his card over her session: holder %v, session %v", v.Holder, v.Session)
		}
		w.identify("revoked", &identity.Refusal{Code: apitype.CertRevoked, Person: person("rita", 1002), Err: errors.New("x")})
		w.insert(newCard("revoked"))
		if v := view(); v.HeldBy(1000) || v.HeldBy(1001) || !v.HeldBy(1002) {
			t.Errorf("with a refused card: holder %v", v.Holder)
		}
	})
}

func TestAWatcherSeesEveryRevisionOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		var revs []uint64
		var phases []apitype.Phase
		ended := make(chan error)
		go func() {
			ended <- w.a.Watch(context.Background(), func(v View) error {
				revs = append(revs, v.Snapshot.Rev)
				phases = append(phases, v.Snapshot.Phase)
				if len(revs) > 1 && v.Snapshot.Phase == apitype.NoCard {
					return errors.New("enough")
				}
				return nil
			})
		}()
		synctest.Wait()
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.remove(id)
		if err := <-ended; err == nil || err.Error() != "enough" {
			t.Error(err)
		}
		for i := range revs[1:] {
			if revs[i+1] != revs[i]+1 {
				t.Fatalf("the revisions are %v", revs)
			}
		}
		want := []apitype.Phase{apitype.NoCard, apitype.Reading, apitype.NeedPIN, apitype.Verifying, apitype.Unlocked, apitype.NoCard}
		if got := slices.Compact(phases); !slices.Equal(got, want) {
			t.Errorf("the phases are %v", got)
		}
		if n := w.watchers(); n != 0 {
			t.Errorf("%d watchers are left", n)
		}
	})
}

func TestAWatcherThatFallsBehindIsCutOffAndHoldsNobodyUp(t *testing.T) {
	inWorld(t, func(w *world) {
		slow := make(chan struct{})
		ended := make(chan error, 1)
		seen := 0
		go func() {
			ended <- w.a.Watch(context.Background(), func(View) error { seen++; <-slow; return nil })
		}()
		synctest.Wait()
		for range watchQueue {
			w.remove(w.insert(newCard("anna")))
		}
		if n := w.watchers(); n != 0 {
			t.Error("it is still waited for")
		}
		close(slow)
		wantProblem(t, <-ended, apitype.AgentUnreachable)
		if seen != watchQueue+1 {
			t.Errorf("it saw %d of what was kept for it", seen)
		}
	})
}

func TestNothingHappensTwiceForTheSameState(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("revoked"))
		before := w.snapshot().Rev
		for range 10 {
			w.count(func() int { w.a.step(session.Beat{}); return 0 })
		}
		if after := w.snapshot().Rev; after != before {
			t.Errorf("the revision went from %d to %d", before, after)
		}
	})
}
