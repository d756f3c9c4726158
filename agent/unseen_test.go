package agent

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/pcsc/token"
)

// swapUnseen logs in with anna's card and puts bert's in its place without the reader's seeing it.
func (w *world) swapUnseen(c Caller) {
	w.t.Helper()
	card := newCard("anna")
	w.login(c, w.insert(card))
	card.set(func(c *fakeCard) { c.cert, c.checkErr = "bert", token.ErrChanged })
	time.Sleep(6 * time.Second) // a beat
}

// wantOthers wants a card that waits for its PIN, and nobody to be told that anna has left hers behind.
func (w *world) wantOthers() {
	w.t.Helper()
	s := w.snapshot()
	if s.Phase != apitype.NeedPIN || s.Session.State != "locked" || s.Holder == nil || s.Holder.Name != "bert Test" {
		w.t.Errorf("the phase is %s, the session %+v, the holder %+v", s.Phase, s.Session, s.Holder)
	}
	if rows := w.trail.find(audit.CardLeftBehind); w.warned() || len(rows) != 0 {
		w.t.Errorf("told of as left behind: %v, %+v", s.Problems, rows)
	}
}

func TestAnothersCardThatWasPutInUnseenWaitsForItsPIN(t *testing.T) {
	inWorld(t, func(w *world) {
		w.identify("bert", person("bert", 1001))
		w.swapUnseen(anna)
		w.wantOthers()
	})
}

func TestAnotherHoldersCardThatWasPutInUnseenAtASharedDesktopWaitsForItsPIN(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		w.swapUnseen(kiosk)
		w.wantOthers()
	})
}
