package faults

import (
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/text"
)

func TestAStuckCardIsGivenUpAndTheOtherReaderLives(t *testing.T) {
	t.Parallel()
	w := workplace.Open(t, workplace.Plan{Service: stack.AgentOptions{Policy: policy}})
	stuck := w.Card(w.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN, Absent: true})
	w.Must(stuck.Fault("silent at=9 when=in"))
	w.Must(stuck.Insert())
	s := w.AwaitPhase(apitype.Refused)
	if workplace.ProblemOf(s, apitype.CardSilent) == nil {
		t.Errorf("people are told %+v", s.Problems)
	}
	w.AwaitThat("the child to be killed", func() bool { return len(w.Children()) == 0 })
	if remedy := text.Problem(text.SV, apitype.CardSilent).Action; !strings.HasPrefix(remedy, "Ta ut kortet") {
		t.Errorf("people read %q", remedy)
	}

	other := w.Card(w.Issue(workplace.Bob()), stack.CardOptions{PIN: workplace.PIN, Slot: 1})
	bobs := w.Await("the card in the other reader", func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NeedPIN && s.Holder != nil && s.Holder.Account == "bob"
	})
	w.Unlock()
	w.Must(other.Remove()) // seen although the first reader does not answer
	w.Await("the card in the other reader to be gone", func(s apitype.Snapshot) bool {
		return s.Phase != apitype.Unlocked && (s.Card == nil || s.Card.Insertion != bobs.Card.Insertion)
	})

	w.Must(stuck.Clear())
	w.Must(stuck.Remove())
	w.AwaitPhase(apitype.NoCard)
	w.Must(stuck.Insert())
	w.AwaitPhase(apitype.NeedPIN)
	w.Unlock()
}
