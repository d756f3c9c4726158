package faults

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

const (
	// policy makes a silent card quicker to give up than in the field, where operation_timeout is 5 s.
	policy   = "[card]\noperation_timeout = \"3s\"\n"
	giveUpAt = 3 * time.Second
	// caseLimit is how long a case may take; hangLimit is when it counts as hung, on a machine that is busy with others.
	caseLimit = 5 * time.Second
	hangLimit = 3 * caseLimit
	// unseen is how long the reader is watched for a card that it must not see: its service looks every 400 ms.
	unseen = time.Second
)

// bench is one workplace with a card that many faults are tried on.
type bench struct {
	*workplace.Workplace
	t       *testing.T
	profile string // of the cards
	seen    *follower
	anna    string // her card's folder
	bob     string
	number  string // of anna's card
	card    *stack.Card
	agent   int // its process
	memory  int // RSS in KiB, before the first fault
	reading int // APDUs of the honest run before the PIN
	whole   int // and of all of it
}

func newBench(t *testing.T, profile string) *bench {
	t.Helper()
	w := workplace.Open(t, workplace.Plan{Service: stack.AgentOptions{Policy: policy}})
	b := &bench{Workplace: w, t: t, profile: profile, seen: follow(t.Context(), w.API)}
	b.issue()
	b.takeCard()
	b.number = b.Stat(b.card).Card
	b.agent = w.Service.PID()
	b.honestRun()
	b.memory = b.Footprint().RSS
	return b
}

// issue makes the two cards with keys of their own: cards of the tests share a few, and a card with bob's name and anna's
// key signs for her.
func (b *bench) issue() {
	anna, err := b.PKI.IssueCard(workplace.Anna())
	b.Must(err)
	bob, err := b.PKI.IssueCard(workplace.Bob())
	b.Must(err)
	for bob.Auth.Key.Equal(anna.Auth.Key) {
		bob, err = b.PKI.IssueCard(workplace.Bob())
		b.Must(err)
	}
	b.anna, b.bob = b.Write(anna), b.Write(bob)
}

// takeCard starts the program that holds the card, outside the reader.
func (b *bench) takeCard() {
	b.card = b.Card(b.anna, stack.CardOptions{Profile: b.profile, PIN: workplace.PIN, Absent: true})
}

// honestRun counts the APDUs of a login without a fault.
func (b *bench) honestRun() {
	before := b.Stat(b.card).APDU
	b.Must(b.card.Insert())
	b.awaitPhase(apitype.NeedPIN)
	b.reading = b.Stat(b.card).APDU - before
	b.Unlock()
	b.whole = b.Stat(b.card).APDU - before
	b.takeOut()
}

func (b *bench) awaitPhase(p apitype.Phase) {
	b.t.Helper()
	if s, ok := b.seen.until(workplace.Patience, func(s apitype.Snapshot, _ uint64) bool { return s.Phase == p }); !ok {
		card, err := b.card.Command("stat")
		b.t.Fatalf("waiting for phase %s: %+v; the card: %s, %v", p, s, card, err)
	}
}

func (b *bench) takeOut() {
	b.t.Helper()
	b.Must(b.card.Remove())
	b.awaitPhase(apitype.NoCard)
}
