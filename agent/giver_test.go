package agent

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/unlock"
)

func TestARefusedPINOfAnUnlockNamesWhoBeganIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		greeter := root
		greeter.Session = unlock.Session{ID: "c9"}
		offer := w.begin(greeter, "anna")
		bare := Caller{UID: root.UID, Admin: true} // as the API names whoever goes on with an unlock
		wantRefused(t, w.pin(bare, w.ask(offer), "1"), apitype.PINLength)
		wantRefused(t, w.pin(bare, w.ask(offer), "000000"), apitype.PINWrong)
		for _, event := range []audit.Event{audit.UnlockRefused, audit.PINWrong} {
			rows := w.trail.find(event)
			if len(rows) != 1 || rows[0].Session != "c9" || rows[0].Service != "login" {
				t.Errorf("%s left %+v", event, rows)
			}
		}
	})
}

func TestAnUnlockLendsItsNameToNobodyElse(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		greeter := root
		greeter.Session = unlock.Session{ID: "c9"}
		offer := w.begin(greeter, "anna")
		w.pin(Caller{UID: 4242}, w.ask(offer), "000000")
		rows := w.trail.find(audit.UnlockRefused)
		if len(rows) != 1 || rows[0].Session != "" || *rows[0].UID != 4242 {
			t.Errorf("another user's PIN left %+v", rows)
		}
	})
}
