package readers

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// rounds is how often a neighbour is made to contend for the card before the test counts as one that cannot lose it.
const rounds = 20

// contest is a desk where a neighbour holds the reader in one way, whenever it can.
type contest struct {
	*workplace.Desk
	t      *testing.T
	card   *stack.Card
	holder *neighbour
	back   *recoveries
}

func TestAReaderThatANeighbourHoldsIsToldAsBusy(t *testing.T) {
	t.Parallel()
	ways := []string{"transaction", "exclusive", "empty reader"}
	var back recoveries
	t.Run("held by", func(t *testing.T) {
		for _, way := range ways[:soak.Size(2, 3)] {
			t.Run(way, func(t *testing.T) {
				t.Parallel()
				c := &contest{Desk: workplace.OpenDesk(t, workplace.Plan{}), t: t, back: &back}
				c.card = c.Card(c.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN, Absent: true})
				c.holder = newNeighbour(t, c.Workplace, "holder", way)
				c.heldFromTheStart()
				c.heldAfterALock()
				c.heldByNobody()
			})
		}
	})
	back.report(t, "4.22", "a transaction, exclusive mode, or the empty reader held for 2 minutes by another user, before a card is read and after a lock",
		"make soak ONLY=TestAReaderThatANeighbour")
}

// hold looks at the service for as long as the neighbour has the reader.
func (c *contest) hold() {
	c.t.Helper()
	end := time.After(time.Duration(soak.Size(300, 120_000)) * time.Millisecond)
	for {
		if s := c.back.look(c.t, c.Workplace); s.Phase == apitype.Unlocked {
			c.t.Error("it is unlocked")
		}
		select {
		case <-end:
			awaitBusy(c.Workplace)
			return
		case <-time.After(50 * time.Millisecond): // so that looking does not take the machine
		}
	}
}

// lost tells whether the neighbour has the reader now, as soon as that is decided.
func (c *contest) lost() bool {
	c.t.Helper()
	s := c.Await("the card to be read, or busy", func(s apitype.Snapshot) bool {
		return s.Card != nil && s.Phase != apitype.Reading && (s.Holder != nil || workplace.ProblemOf(s, apitype.ReaderBusy) != nil)
	})
	return s.Holder == nil
}

// heldFromTheStart has the neighbour take the reader before the service can. The card leaves and comes back meanwhile.
func (c *contest) heldFromTheStart() {
	c.t.Helper()
	c.holder.tell("hold")
	for i := 0; ; i++ {
		c.Must(c.card.Insert())
		if c.lost() {
			break
		}
		c.Must(c.card.Remove())
		c.AwaitPhase(apitype.NoCard)
		if i == rounds {
			c.t.Fatal("the neighbour never gets the card first")
		}
	}
	c.holder.hear()
	c.hold()
	c.Must(c.card.Remove())
	c.AwaitPhase(apitype.NoCard)
	c.Must(c.card.Insert())
	awaitBusy(c.Workplace)
	c.back.recovered(c.Workplace, func() { c.holder.ask("let go") })
}

// heldAfterALock has the neighbour try from before the PIN on: it gets the reader when the service lets go of it, and
// not before.
func (c *contest) heldAfterALock() {
	c.t.Helper()
	c.holder.tell("hold")
	for i := 0; ; i++ {
		c.Unlock()
		c.Must(c.API.Lock(c.t.Context()))
		c.AwaitLock()
		if c.lost() {
			break
		}
		if i == rounds {
			c.t.Fatal("the neighbour never gets the card after a lock")
		}
	}
	c.holder.hear()
	c.hold()
	c.wantContexts()
	c.back.recovered(c.Workplace, func() { c.holder.ask("let go") })
}

// wantContexts checks that trying to get the reader back does not use up what the PC/SC service has for programs: one
// that has been waiting for another's transaction is kept there until that is over, even when it has ended.
func (c *contest) wantContexts() {
	c.t.Helper()
	greedy := newNeighbour(c.t, c.Workplace, "greedy")
	if left := greedy.ask("take"); contexts(left) < mostContexts {
		c.t.Errorf("waiting for the reader has used up contexts: %s were left", left)
	}
	greedy.ask("give back")
}

// heldByNobody has the neighbour try in vain: a removal locks.
func (c *contest) heldByNobody() {
	c.t.Helper()
	c.holder.tell("hold")
	c.Unlock()
	c.ForgetLocks()
	c.Must(c.card.Remove())
	c.AwaitLock()
	c.AwaitPhase(apitype.NoCard)
}
