package e2e

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/stall"
	"siths-agent/ui/text"
)

func TestACardThatSignsWronglyUnlocksNothing(t *testing.T) {
	for _, fault := range []string{"other-key", "broken-signature"} {
		t.Run(fault, func(t *testing.T) {
			w := open(t, plan{})
			card := w.InsertAnna()
			w.Must(card.Fault(fault))
			w.wantKeyMismatch(card, text.EN)
			w.Must(card.Clear())
			w.Must(card.Remove())
			w.AwaitPhase(apitype.NoCard)
			w.Must(card.Insert())
			w.AwaitPhase(apitype.NeedPIN)
			w.Unlock()
		})
	}
}

// answerLimit is how long people wait for a card that does not answer, with the timeout of the tests.
const (
	shortTimeout = "[card]\noperation_timeout = \"1s\"\n"
	answerLimit  = time.Second + time.Second
)

func TestACardThatFallsSilentAtThePINIsGivenUpInTime(t *testing.T) {
	w := open(t, plan{Service: stack.AgentOptions{Policy: shortTimeout}})
	card := w.InsertAnna()
	w.Must(card.Fault("silent"))
	clock := stall.Begin()
	r := w.pam(attempt{lang: text.SV, typed: pin + "\n"})
	if took := clock.Took(); took > answerLimit {
		t.Errorf("it took %s", took)
	}
	w.wantPAM(r, pamUnavailable)
	w.wantText(r, text.PAMProblem(text.SV, apitype.CardSilent, nil))
	w.wantRow(audit.UnlockRefused, apitype.CardSilent)
	w.wantUsableAgain(card)
}

func TestACardThatIsSilentFromTheStartIsRefused(t *testing.T) {
	w := open(t, plan{Service: stack.AgentOptions{Policy: shortTimeout}})
	card := w.Card(w.Issue(anna()), stack.CardOptions{PIN: pin, Absent: true})
	w.Must(card.Fault("silent"))
	w.Must(card.Insert())
	w.Await("the card to be given up", func(s apitype.Snapshot) bool {
		return s.Phase == apitype.Refused && problem(s, apitype.CardSilent) != nil
	})
	w.wantRow(audit.CardFailed, apitype.CardSilent)
	for _, lang := range langs() {
		w.wantCtl(w.login(lang, pin), ctlNoCard, lang, apitype.CardSilent)
		r := w.pam(attempt{lang: lang, typed: pin + "\n"})
		w.wantPAM(r, pamUnavailable)
		w.wantText(r, text.PAMProblem(lang, apitype.CardSilent, nil))
	}
	w.wantUsableAgain(card)
}

// wantUsableAgain mends a card that was silent and unlocks with it.
func (w *world) wantUsableAgain(card *stack.Card) {
	w.t.Helper()
	w.Must(card.Clear())
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	w.Must(card.Insert())
	w.AwaitPhase(apitype.NeedPIN)
	w.Unlock()
}

func TestACardThatFallsSilentWhileItIsOpenLocks(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{Policy: shortTimeout + "[session]\nidentity_heartbeat = \"1s\"\n"})
	card := d.InsertAnna()
	d.loginAsAnna()
	d.Must(card.Fault("silent"))
	d.awaitLock()
	if s := d.AwaitPhase(apitype.Refused); s.Session == nil || s.Session.State != "locked" {
		t.Errorf("the session is %+v", s.Session)
	}
}

func TestACardThatIsSwappedUnseenLocksAtTheHeartbeat(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{Policy: "[session]\nidentity_heartbeat = \"1s\"\n"})
	card := d.InsertAnna()
	d.loginAsAnna()
	other := d.Issue(bob())
	d.Must(card.Fault("swapped", other))
	d.awaitLock()
	s := d.Await("the other card to be read", func(s apitype.Snapshot) bool { return s.Holder != nil && s.Holder.Account == "bob" })
	if s.Session.State != "locked" || s.Session.User != "anna" {
		t.Errorf("the session is %+v", s.Session)
	}
	if row := d.wantRow(audit.SessionLocked, ""); row.Account != "anna" || row.Reason != "lost" {
		t.Errorf("the row is %+v", row.Row)
	}
	if s.Phase != apitype.NeedPIN || d.count(audit.CardLeftBehind) > 0 || len(s.Problems) > 0 {
		t.Errorf("another's card in the reader is %s with %v, as if it were the one that opened the desktop", s.Phase, s.Problems)
	}
}

func TestACardThatIsSwappedBeforeThePINGetsNoPIN(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	offer, err := w.API.UnlockBegin(t.Context(), apitype.UnlockRequest{Account: "anna"})
	w.Must(err)
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	bobs := w.replace(w.Issue(bob()), card)
	r, err := w.API.PIN(t.Context(), apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock}, []byte(pin))
	w.Must(err)
	if r.OK || r.Problem.Code != apitype.PINTimeout && r.Problem.Code != apitype.CardSwapped {
		t.Errorf("the PIN for the card that left: %+v", r)
	}
	w.WantVerify(bobs, 0)
}

// replace puts another card into the reader that the first one has left.
func (w *world) replace(dir string, first *stack.Card) *stack.Card {
	w.t.Helper()
	first.Kill()
	card := w.InsertDir(dir)
	w.AwaitPhase(apitype.NeedPIN)
	return card
}
