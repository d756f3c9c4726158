package screens

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

func TestACardAndItsPINOpenTheDesktopAndTheWindowIsGone(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.d.Screenshot("no-card")
	w.Must(card.Insert())
	w.want(model.PIN)
	w.d.Type(pin)
	w.d.Screenshot("pin-typed")
	w.d.Key("Return")
	w.wantLoggedIn()
	w.wantNoWindow()
	w.WantVerify(card, 1)
	if s := w.Snapshot(); s.Phase != apitype.Unlocked || s.Session == nil || s.Session.State != "unlocked" {
		t.Errorf("afterwards the phase is %s, the session %+v", s.Phase, s.Session)
	}
}

func TestOverAndUnderALockScreenNoWindowComes(t *testing.T) {
	w := open(t, plan{})
	locker := w.locker()
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.login()
	w.wantNoWindow()
	w.d.TrayChoose(text.Screen(lang, text.ScreenButtonLock))
	w.Must(locker.AwaitLocked(t.Context()))
	w.d.Screenshot("lock-screen")
	w.AwaitReopened()
	w.Must(locker.Enter(t.Context(), pin))
	w.Must(locker.AwaitUnlocked(t.Context()))
	w.AwaitPhase(apitype.Unlocked)
	if left := w.windows(); len(left) > 0 {
		t.Errorf("a window has come while the screen was locked: %v", left)
	}
	w.WantVerify(card, 2)
}

// locker starts a lock screen that asks for the card's code.
func (w *world) locker() *stack.Locker {
	w.t.Helper()
	module, err := w.Program("pam_siths.so")
	w.Must(err)
	socket := " socket=" + w.Service.Socket()
	w.PAM(string(stack.I3Lock), "auth required "+module+socket, "account required "+module+socket)
	return w.Locker(w.Session, w.d.Display, stack.I3Lock)
}

func TestAWrongPINIsToldWithWhatIsLeftAndTheRightOneGetsIn(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.enter(wrongPIN)
	w.want(model.WrongPIN)
	w.login()
	w.wantNoWindow()
	w.WantVerify(card, 2)
}

func TestTheLastTryIsAskedForAndEscapeKeepsIt(t *testing.T) {
	w := open(t, plan{})
	card := w.annasCard()
	w.Must(card.Tries(1))
	w.Must(card.Insert())
	w.want(model.LastTry)
	w.d.Key("Escape")
	w.wantNoWindow()
	w.WantVerify(card, 0)
	w.d.TrayActivate()
	w.want(model.LastTry)
	w.d.Key("Return") // the answer of a hasty finger is no
	w.wantNoWindow()
	w.WantVerify(card, 0)
	w.d.TrayActivate()
	w.want(model.LastTry)
	w.d.Key("Tab", "space") // the button beside it
	w.wantPage(model.Page{Kind: model.PIN, Agreed: true})
	w.enter(wrongPIN)
	w.want(model.Blocked)
	w.WantVerify(card, 1)
	w.d.Key("Escape")
	w.wantNoWindow()
}

func TestACardThatIsTakenOutCountsDownAndLocks(t *testing.T) {
	w := open(t, plan{Plan: workplace.Plan{Service: stack.AgentOptions{Policy: "[session]\nremoval_grace = \"15s\"\nidentity_heartbeat = \"5m\"\n"}}})
	card := w.annasCard()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.login()
	w.wantNoWindow()
	w.Must(card.Remove())
	w.wantCountdown()
	w.AwaitLock()
	w.wantNoWindow()
	w.d.Screenshot("locked")
}

func TestACardThatIsPutBackIsAskedForItsPINWherePolicyLocksNothing(t *testing.T) {
	w := open(t, plan{Plan: workplace.Plan{Service: stack.AgentOptions{OnRemoval: "none"}}})
	card := w.annasCard()
	for range 2 {
		w.Must(card.Insert())
		w.want(model.PIN)
		w.login()
		w.wantNoWindow()
		w.Must(card.Remove())
		w.AwaitPhase(apitype.NoCard)
	}
	w.WantVerify(card, 2)
}

func TestDiagnosticsAreOneChoiceAway(t *testing.T) {
	w := open(t, plan{})
	w.d.TrayChoose(text.Screen(lang, text.ScreenDiagnostics))
	w.wantPage(model.Page{Kind: model.Diagnostics})
	w.d.Key("Escape")
	w.wantNoWindow()
}
