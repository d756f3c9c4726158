package screens

import (
	"slices"
	"strings"
	"syscall"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
)

// halfTyped is a world with another program's window under ours, where half of a PIN has been typed.
func halfTyped(t *testing.T) (*world, *desktop.Neighbour, *stack.Card) {
	t.Helper()
	w := open(t, plan{})
	n := w.d.Neighbour()
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.d.Type(pin[:3])
	return w, n, card
}

// wantUnheard checks that no digit has reached the other program. Its own key is what shows that it hears at all.
func (w *world) wantUnheard(n *desktop.Neighbour) {
	w.t.Helper()
	w.d.Focus(n.Window)
	w.d.Key("x")
	w.d.Await("the neighbour to hear", func() bool { return slices.Contains(n.Heard(), "x") })
	if heard := n.Heard(); !slices.Equal(heard, []string{"x"}) {
		w.t.Errorf("another program heard %q", heard)
	}
}

func TestDigitsTypedAfterTheCardIsPulledLandInNoOtherProgram(t *testing.T) {
	w, n, card := halfTyped(t)
	before := model.View(w.Snapshot(), lang)
	w.Must(card.Remove())
	w.wantScreen(model.CardInterrupted, func(s apitype.Snapshot) model.Screen { return model.Interrupted(s, lang, before) })
	w.enter(pin[3:])
	w.wantNoWindow()
	w.wantUnheard(n)
	w.WantVerify(card, 0)
	if s := w.Snapshot(); s.Phase != apitype.NoCard {
		t.Errorf("the phase is %s", s.Phase)
	}
}

func TestDigitsForOneCardGoToNoOther(t *testing.T) {
	w, n, card := halfTyped(t)
	before := model.View(w.Snapshot(), lang)
	bobs := w.Card(w.Issue(workplace.Bob()), stack.CardOptions{Slot: 1, PIN: wrongPIN})
	w.wantScreen(model.CardInterrupted, func(s apitype.Snapshot) model.Screen { return model.Interrupted(s, lang, before) })
	w.enter(pin[3:])
	w.d.WaitActive(window(model.View(apitype.Snapshot{Phase: apitype.NeedPIN}, lang)))
	w.d.Screenshot("wrong-session")
	w.d.Key("Escape")
	w.wantNoWindow()
	w.WantVerify(card, 0)
	w.WantVerify(bobs, 0)
	w.wantUnheard(n)
}

func TestAServiceThatRestartsWhileAPersonTypesGetsNothingThatWasTypedBefore(t *testing.T) {
	w, n, card := halfTyped(t)
	before := model.View(w.Snapshot(), lang)
	w.Service.Kill()
	w.d.WaitActive(window(model.Interrupted(model.Unreachable(), lang, before)))
	w.d.Screenshot("service-lost")
	w.d.Type(pin[3:])
	w.Must(w.Service.Start())
	w.want(model.PIN)
	w.enter(pin)
	w.AwaitPhase(apitype.Unlocked)
	w.WantVerify(card, 1)
	w.wantNoWindow()
	w.wantUnheard(n)
}

func TestAWindowThatTheManagerClosesSpendsNothing(t *testing.T) {
	w, n, card := halfTyped(t)
	w.d.CloseByManager(w.d.WaitActive(ours))
	w.wantNoWindow()
	w.wantUnheard(n)
	w.d.TrayActivate()
	w.want(model.PIN)
	w.login()
	w.WantVerify(card, 1)
}

func TestThePINIsInNoSelectionAndNoClipboard(t *testing.T) {
	w := open(t, plan{Desktop: desktop.Plan{Clipboard: true}})
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.d.Type(pin)
	w.d.Key("ctrl+a", "ctrl+c", "ctrl+x", "ctrl+Insert", "shift+Home", "ctrl+c")
	w.d.Screenshot("copied")
	w.d.Copy("clipboard", wrongPIN)
	w.d.Key("ctrl+v", "shift+Insert")
	w.d.Screenshot("pasted")
	w.d.Key("Return")
	w.AwaitPhase(apitype.Unlocked) // with what was typed alone
	w.WantVerify(card, 1)
	for name, text := range w.d.Selections() {
		if text == pin {
			t.Errorf("the PIN is in the selection %s", name)
		}
	}
	w.d.WaitClipboardHistory(wrongPIN)
	if history := w.d.ClipboardHistory(); strings.Contains(history, pin) {
		t.Errorf("the clipboard manager has kept the PIN: %q", history)
	}
}

func TestAServiceThatTakesItsTimeIsAskedOnce(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.d.Type(pin)
	w.Must(syscall.Kill(w.Service.PID(), syscall.SIGSTOP))
	w.d.Key("Return", "Return", "Return")
	w.d.Screenshot("hangs")
	w.Must(syscall.Kill(w.Service.PID(), syscall.SIGCONT))
	w.wantLoggedIn()
	w.wantNoWindow()
	w.WantVerify(card, 1)
}
