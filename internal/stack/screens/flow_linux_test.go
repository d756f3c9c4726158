package screens

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

func TestWhoTypesElsewhereWhenTheWindowComesSpendsNoTry(t *testing.T) {
	w := open(t, plan{})
	n := w.d.Neighbour()
	w.d.Focus(n.Window)
	card := w.annasCard()
	w.Must(card.Insert())
	w.d.Await("the window to come under the typist's fingers", func() bool {
		w.d.Key("9")
		return w.d.ActiveWindow().ID != n.Window.ID
	})
	for range 7 { // of a number that ends there
		w.d.Key("9")
	}
	w.d.Key("Return")
	last := time.Now()
	w.want(model.PIN)
	w.d.Screenshot("typed-early")
	w.d.Await("fingers to rest", func() bool { return time.Since(last) > 3*time.Second })
	w.enter(pin)
	w.AwaitPhase(apitype.Unlocked)
	w.WantVerify(card, 1)
}
