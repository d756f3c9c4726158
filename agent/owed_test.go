package agent

import (
	"slices"
	"testing"

	"siths-agent/agent/unlock"
)

// removeUnseen logs anna in and takes her card out while there is no login manager.
func (w *world) removeUnseen() {
	id := w.insert(newCard("anna"))
	w.login(root, id)
	w.desk.fail(unlock.ErrNoSession)
	w.desk.blind(true)
	w.remove(id)
	w.desk.fail(nil)
	w.desk.blind(false)
}

func TestALockThatFoundNobodyToDoItIsDoneWhenTheLoginManagerAppears(t *testing.T) {
	inWorld(t, func(w *world) {
		w.removeUnseen()
		if got := w.desk.locked(); len(got) != 0 {
			t.Fatalf("locked %v without a login manager", got)
		}
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("locked %v once more", got)
		}
	})
}

func TestALockThatIsOwedIsForgottenWhenTheCardOpensAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.removeUnseen()
		w.login(root, w.insert(newCard("anna")))
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("locked %v, which the card has opened", got)
		}
	})
}
