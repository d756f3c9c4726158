package readers

import (
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

func TestAPINThatAnotherProgramGaveOpensNothing(t *testing.T) {
	t.Parallel()
	w := workplace.OpenWithoutService(t, workplace.Plan{})
	card, borrower := w.InsertDir(w.Issue(workplace.Anna())), newNeighbour(t, w, "borrower")
	lent, err := parseLoot(borrower.ask("borrow"))
	if w.Must(err); lent.verified != 1 || lent.signatures != 1 {
		t.Fatalf("with the PIN, the neighbour got %s", lent)
	}
	w.Serve(stack.AgentOptions{})
	s := w.AwaitPhase(apitype.NeedPIN)
	if s.Card.PIN == nil || s.Card.PIN.Auth.Tries != 3 {
		t.Errorf("the tries are hidden by the other program's PIN: %+v", s.Card)
	}
	n := 0
	for _, typed := range []string{"", "\x00", "\x00\x00\x00\x00\x00\x00", "12345", "ååå", strings.Repeat("1", 13), strings.Repeat("1", 255)} {
		n++
		if r := w.Give(typed, true); r.OK || r.Problem.Code != apitype.PINLength {
			t.Errorf("the PIN %q: %+v", typed, r)
		}
	}
	if s := w.Snapshot(); s.Phase != apitype.NeedPIN {
		t.Errorf("it has become %s", s.Phase)
	}
	w.WantVerify(card, lent.verified)
	if r := w.Give(workplace.WrongPIN, false); r.OK || r.Problem.Code != apitype.PINWrong || *r.Tries != 2 {
		t.Errorf("a wrong PIN: %+v", r)
	}
	soak.Report(t, soak.Row{ID: "4.24", Name: "a card that another program has verified, and then an empty or malformed PIN",
		Asked: "refused, 0 VERIFY, the tries are known", Found: strconv.Itoa(n) + " PINs refused", Command: "make soak ONLY=TestAPINThatAnother"})
}

func TestTriesThatWereSpentBehindOurBackAreCounted(t *testing.T) {
	t.Parallel()
	w := workplace.OpenWithoutService(t, workplace.Plan{})
	card := w.InsertDir(w.Issue(workplace.Anna()))
	opener := newNeighbour(t, w, "opener")
	for left, want := range map[int]string{3: "3 <nil>", 1: "1 <nil>", 0: "0 <nil>"} {
		w.Must(card.Tries(left))
		if got := opener.ask("3"); got != want {
			t.Errorf("seen 3, then %d left: %s", left, got)
		}
	}
	w.Must(card.Tries(3))
	w.Serve(stack.AgentOptions{})
	w.AwaitPhase(apitype.NeedPIN)
	w.Must(card.Tries(2))
	if r := w.Give(workplace.WrongPIN, false); r.OK || *r.Tries != 1 {
		t.Errorf("the second last try: %+v", r)
	}
	if r := w.Give(workplace.WrongPIN, false); r.OK || r.Problem.Code != apitype.PINLastTry {
		t.Errorf("the last try was not asked for: %+v", r)
	}
	w.WantVerify(card, 1)
}

func TestMalwareOfOnesOwnDoesNotBlockTheCard(t *testing.T) {
	t.Parallel()
	w := workplace.Open(t, workplace.Plan{})
	card := w.InsertAnna()
	insertion := strconv.FormatUint(w.Snapshot().Card.Insertion, 10)
	guesser := start(t, w, stack.Cmd{Path: w.OwnProgram(neighbourName), Args: []string{"guesser", w.API.Socket}, As: "anna"})
	answers := map[string]int{}
	n := soak.Size(20, 1000)
	for range n {
		answers[guesser.ask(insertion)]++
	}
	if wrong, last := answers[string(apitype.PINWrong)], answers[string(apitype.PINLastTry)]; wrong != 2 || wrong+last != n {
		t.Errorf("the answers are %v", answers)
	}
	w.WantVerify(card, 2)
	w.AwaitRow("a wrong PIN of anna's", func(e audit.Entry) bool { return e.Event == audit.PINWrong && e.UID != nil && *e.UID == annasUID })
	if r := w.Give(workplace.PIN, true); !r.OK {
		t.Errorf("the right PIN on the last try: %+v", r.Problem)
	}
	soak.Report(t, soak.Row{ID: "4.26", Name: "wrong PINs in a row by a program of the person's own user",
		Asked: "1,000: the card is never blocked, at most one VERIFY for each, stops with one try left",
		Found: strconv.Itoa(n) + " PINs, 2 VERIFY, one try left", Missed: n < 1000, Command: "make soak ONLY=TestMalware"})
}

// annasUID is anna's in the labs.
const annasUID = 61001
