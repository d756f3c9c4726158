package readers

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

const (
	// longestGap is how long the reader stays empty at most: more than two looks of the PC/SC service.
	longestGap = 900 * time.Millisecond
	// underWay is how long a signature takes, so that a card can be swapped in the middle of one.
	underWay = 100 * time.Millisecond
	// seatTime is how long a card may take to be read, and seatings is how often it is put in.
	seatTime = 4 * time.Second
	seatings = 5
)

var errSeen = errors.New("seen")

func TestASwappedCardOpensNothing(t *testing.T) {
	t.Parallel()
	var done, proved, reseated atomic.Int64
	n, each := soak.Size(2, places), soak.Size(5, 125)
	t.Run("at", func(t *testing.T) {
		for i := range n {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				e := newExchange(t)
				for j := range each {
					e.swap(longestGap*time.Duration(j)/time.Duration(each), j%2 == 1)
					done.Add(1)
				}
				e.wantOnlyAnna()
				proved.Add(int64(e.proved))
				reseated.Add(int64(e.reseated))
			})
		}
	})
	soak.Report(t, soak.Row{ID: "4.25", Name: "the card is swapped for a colleague's, with the reader empty for 0-900 ms; every other time in the middle of the PIN's signature",
		Asked: "1,000: every login locks, 0 PINs, signatures and unlocks by the wrong card",
		Found: fmt.Sprintf("%d swaps, %d of them after the right card had proved itself; %d times the virtual reader lost the second card, which was put in again",
			done.Load(), proved.Load(), reseated.Load()), Missed: done.Load() < 1000, Command: "make soak ONLY=TestASwapped"})
}

// exchange is a desk where anna's card is swapped for bob's.
type exchange struct {
	*workplace.Desk
	t           *testing.T
	annas, bobs *stack.Card
	proved      int
	reseated    int
}

func newExchange(t *testing.T) *exchange {
	t.Helper()
	d := workplace.OpenDesk(t, workplace.Plan{Service: stack.AgentOptions{Policy: eachSecond}})
	return &exchange{Desk: d, t: t,
		annas: d.Card(d.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN, SignLatency: underWay, Absent: true}),
		bobs:  d.Card(d.Issue(workplace.Bob()), stack.CardOptions{PIN: workplace.PIN, Absent: true})}
}

// swap logs in, swaps the cards with a gap, and wants the login locked and bob's card waiting for bob's PIN.
func (e *exchange) swap(gap time.Duration, inFlight bool) {
	e.t.Helper()
	e.Must(e.annas.Insert())
	s := e.Await("anna's card", func(s apitype.Snapshot) bool { return s.Phase == apitype.NeedPIN && s.Holder.Account == "anna" })
	e.ForgetLocks()
	result := make(chan apitype.PINResult, 1)
	go func() {
		r, _ := e.API.PIN(e.t.Context(), apitype.PINRequest{Insertion: s.Card.Insertion}, []byte(workplace.PIN)) // no answer is a refusal
		result <- r
	}()
	opened := false
	if !inFlight {
		opened = (<-result).OK
	} else {
		<-time.After(gap * underWay / longestGap) // anywhere in the signature
	}
	e.Must(e.annas.Remove())
	<-time.After(gap)
	e.Must(e.bobs.Insert())
	if inFlight {
		opened = (<-result).OK
	} else if !opened {
		e.t.Error("the right PIN did not open")
	}
	if opened {
		e.proved++
		e.AwaitLock()
	}
	s = e.awaitBob()
	if s.Phase == apitype.Unlocked || s.Session != nil && (s.Session.State != "locked" || s.Session.User != "anna") {
		e.t.Errorf("with bob's card in: %+v, %+v", s, s.Session)
	}
	e.takeOutBob()
}

// awaitBob waits until bob's card is read. The virtual reader now and then does not take a card that came while it gave
// up another one in the middle of a command; it is taken out and put in again then.
func (e *exchange) awaitBob() apitype.Snapshot {
	e.t.Helper()
	return e.await("bob's card is never read", func(s apitype.Snapshot) bool { return s.Holder != nil && s.Holder.Account == "bob" },
		e.bobs.Remove, e.bobs.Insert)
}

// takeOutBob takes bob's card out and waits until that is seen. A virtual reader that was given the card twice says that it
// is still there; it is put in and taken out once more then.
func (e *exchange) takeOutBob() {
	e.t.Helper()
	e.Must(e.bobs.Remove())
	e.await("bob's card is never out", func(s apitype.Snapshot) bool { return s.Phase == apitype.NoCard }, e.bobs.Insert, e.bobs.Remove)
}

// await waits for a snapshot, and moves the card again where the reader has lost a move. What is seen meanwhile has to be
// locked all the same.
func (e *exchange) await(never string, seen func(apitype.Snapshot) bool, again ...func() error) (last apitype.Snapshot) {
	e.t.Helper()
	for range seatings {
		ctx, cancel := context.WithTimeout(e.t.Context(), seatTime)
		err := e.API.Watch(ctx, func(s apitype.Snapshot) error {
			if last = s; s.Holder != nil && s.Holder.Account == "bob" && s.Phase == apitype.Unlocked {
				e.t.Errorf("unlocked with bob's card: %+v", s)
			}
			if seen(s) {
				return errSeen
			}
			return nil
		})
		cancel()
		if errors.Is(err, errSeen) {
			return last
		}
		e.reseated++
		for _, move := range again {
			e.Must(move())
		}
	}
	e.t.Fatalf("%s; the last snapshot is %+v", never, last)
	return last
}

// wantOnlyAnna checks that bob's card was never asked for anything, and that what was opened anna's card has signed.
func (e *exchange) wantOnlyAnna() {
	e.t.Helper()
	if s := e.Stat(e.bobs); s.Verify != 0 || s.Sign != 0 {
		e.t.Errorf("bob's card has counted %+v", s)
	}
	granted := 0
	for _, row := range e.Rows() {
		if row.Event != audit.UnlockGranted {
			continue
		}
		if granted++; row.HSAID != workplace.AnnasID || row.Account != "anna" {
			e.t.Errorf("opened by %+v", row.Row)
		}
	}
	if signed := e.Stat(e.annas).Sign; granted < e.proved || granted > signed {
		e.t.Errorf("%d unlocks were told, %d are in the log, %d signatures were made", e.proved, granted, signed)
	}
}
