package session

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// rules replays events and checks after every Step what must hold whatever came in.
type rules struct {
	t        testing.TB
	s        State
	given    map[Attempt]bool // PINs that people gave
	verified map[Attempt]bool // PINs that went to a card
	good     map[Attempt]bool // proved at the stage where a proof counts
	final    map[Attempt]bool // attempts that have had their last answer
	cleared  map[Attempt]bool // whose desktop was cleared at the stage where that counts
	open     bool             // the desktop is
	opener   Insertion
	grace    Insertion // of a desktop that is open without its card
	holder   string    // whose desktop it was last
	handles  Handle
	inside   map[Insertion]bool
	next     Attempt
	turns    int
	lastIn   Insertion
}

func newRules(t testing.TB) *rules {
	return &rules{t: t, given: map[Attempt]bool{}, verified: map[Attempt]bool{}, good: map[Attempt]bool{},
		final: map[Attempt]bool{}, cleared: map[Attempt]bool{}, inside: map[Insertion]bool{}}
}

// feed steps once and checks.
func (r *rules) feed(e Event) []Effect {
	before := r.s
	r.note(e)
	after, effects := Step(before, e)
	r.s = after
	for _, effect := range effects {
		r.effect(effect)
	}
	r.checkState(e, before, effects)
	return effects
}

func (r *rules) note(e Event) {
	switch e := e.(type) {
	case CardIn:
		if e.Insertion > r.lastIn {
			r.lastIn = e.Insertion
			r.inside[e.Insertion] = true
		}
	case CardOut:
		delete(r.inside, e.Insertion)
	case ServiceDown:
		clear(r.inside)
	case ReadersChanged:
		if e.Count == 0 {
			clear(r.inside)
		}
	case Remembered:
		if r.s.Login.Insertion == 0 {
			r.holder = e.Holder
		}
	case PINGiven:
		r.given[e.Attempt] = true
	case CareGiven:
		r.given[e.Attempt] = true
	case SignatureGood:
		if r.s.Pending.Attempt == e.Attempt && r.s.Pending.Stage == AtCard {
			r.good[e.Attempt] = true
		}
	case Cleared:
		if r.s.Pending.Attempt == e.Attempt && r.s.Pending.Stage == Clearing && e.OK {
			r.cleared[e.Attempt] = true
		}
	}
}

func (r *rules) effect(e Effect) {
	switch e := e.(type) {
	case Verify:
		r.spend(e.Attempt)
	case Care:
		r.spend(e.Attempt)
	case Enter:
		if r.open {
			r.t.Fatal("two unlocks without a lock between them")
		}
		if !r.good[e.Attempt] || !r.verified[e.Attempt] {
			r.t.Fatalf("attempt %d unlocks without a proof", e.Attempt)
		}
		if known := r.holder != "" && r.holder == r.s.Holder; r.s.Shared && !known && !r.cleared[e.Attempt] {
			r.t.Fatalf("attempt %d of %q opens a shared desktop with what %q left on it", e.Attempt, r.s.Holder, r.holder)
		}
		r.open, r.opener, r.holder = true, r.s.Front, r.s.Holder
	case AwaitGrace:
		if !r.open || r.grace != 0 || e.Insertion != r.opener || r.inside[e.Insertion] {
			r.t.Fatal("a grace begins without a card that was pulled from an open desktop")
		}
		r.grace = e.Insertion
	case Resume:
		if r.grace == 0 || !r.good[e.Attempt] || !r.verified[e.Attempt] || r.holder == "" || r.s.Holder != r.holder {
			r.t.Fatalf("attempt %d of %q ends a grace of %q without a proof", e.Attempt, r.s.Holder, r.holder)
		}
		r.grace, r.opener = 0, r.s.Front
	case Leave:
		if !r.open {
			r.t.Fatal("two locks without an unlock between them")
		}
		r.open, r.grace = false, 0
	case Gone:
		if r.open || r.opener == 0 || r.inside[r.opener] {
			r.t.Fatal("the removal of a card is told that opens now, that opened nothing, that is in, or twice")
		}
		r.opener = 0
	case ReadCard:
		if e.Handle <= r.handles {
			r.t.Fatalf("child %d is used a second time", e.Handle)
		}
		r.handles = e.Handle
	case Answer:
		if r.final[e.Attempt] {
			r.t.Fatalf("attempt %d is answered after its last answer", e.Attempt)
		}
		if e.Code != "" || r.s.Pending.Attempt != e.Attempt {
			r.final[e.Attempt] = true
		}
	}
}

// spend notes that what a person typed goes to a card.
func (r *rules) spend(a Attempt) {
	if !r.given[a] || r.verified[a] {
		r.t.Fatalf("attempt %d goes to a card without a person, or twice", a)
	}
	r.verified[a] = true
}

func (r *rules) checkState(e Event, before State, effects []Effect) {
	s := r.s
	if (s.Phase() == Unlocked) != (r.open && r.grace == 0) {
		r.t.Fatalf("after %#v the phase is %d but open is %v, in the grace of %d", e, s.Phase(), r.open, r.grace)
	}
	r.checkGrace(e)
	if r.open && r.grace == 0 && (s.Front != r.opener || !r.inside[r.opener] || s.Login.Insertion != r.opener || s.Handle == 0) {
		r.t.Fatalf("after %#v it is unlocked without the card that opened it: %+v", e, s)
	}
	if before.Login.Open && !s.Login.Open && !slices.ContainsFunc(effects, isDrop) {
		r.t.Fatalf("%#v locks and leaves the card verified", e)
	}
	if !slices.IsSorted(s.Cards) || len(s.Cards) != len(r.inside) {
		r.t.Fatalf("after %#v the cards are %v, in the readers are %v", e, s.Cards, r.inside)
	}
	if s.Front != 0 && !slices.Contains(s.Cards, s.Front) {
		r.t.Fatalf("after %#v the flow is about a card that is not in", e)
	}
	if s.Front == 0 && len(s.Cards) > 0 {
		r.t.Fatalf("after %#v no card is looked at although %v are in", e, s.Cards)
	}
	if s.Pending.Stage != None && !r.given[s.Pending.Attempt] {
		r.t.Fatalf("after %#v an attempt is under way that nobody made", e)
	}
	for a := range r.given {
		if s.Pending.Attempt != a && !r.final[a] {
			r.t.Fatalf("after %#v attempt %d is over and has no answer", e, a)
		}
		if r.final[a] {
			delete(r.given, a)
		}
	}
}

// checkGrace looks whether a desktop without a card is open only until something ends that.
func (r *rules) checkGrace(e Event) {
	if r.grace == 0 {
		return
	}
	ends := r.s.Readers == 0
	switch e := e.(type) {
	case GraceOver:
		ends = ends || e.Insertion == r.grace
	case LockAsked, LeftIdle, ServiceDown:
		ends = true
	}
	if ends || r.s.Login.Open || r.inside[r.grace] {
		r.t.Fatalf("after %#v the desktop is still open without its card", e)
	}
}

func isDrop(e Effect) bool { _, ok := e.(DropCard); return ok }

// draw makes an event out of a number: half the time the one that the main job waits for, else any.
func (r *rules) draw(n uint64) Event {
	if n%2 == 0 {
		if e := r.natural(); e != nil {
			return e
		}
	}
	return r.any(n / 2)
}

// natural is the event that takes the main job one step on.
func (r *rules) natural() Event {
	p := r.s.Pending
	switch {
	case r.s.Front == 0:
		return CardIn{Insertion: r.lastIn + 1}
	case p.Stage == AtCard:
		return SignatureGood{Attempt: p.Attempt}
	case p.Stage == Proved:
		return Claimed{Attempt: p.Attempt}
	case p.Stage == Caring:
		return CareDone{Attempt: p.Attempt, Tries: 3, Kept: true}
	case p.Stage == Recording:
		return Recorded{Attempt: p.Attempt, OK: true}
	case p.Stage == Clearing:
		return Cleared{Attempt: p.Attempt, OK: true}
	case r.s.Login.Open:
		return nil
	case r.s.Ready:
		r.next++
		return PINGiven{Attempt: r.next, Insertion: r.s.Front, Account: r.s.Account, LastTry: true, Claim: r.next%2 == 0}
	case r.s.Refusal == "":
		r.turns++
		return CardRead{Handle: r.s.Handle, Account: "anna", Holder: []string{"A", "A", "A", "B"}[r.turns%4], Shared: r.turns%3 == 0, Tries: 3}
	}
	return CardOut{Insertion: r.s.Front}
}

// any is an event that may fit the state, or be late, or foreign.
func (r *rules) any(n uint64) Event {
	pick := func(k uint64) uint64 { v := n % k; n /= k; return v }
	handle := r.s.Handle
	attempt := r.s.Pending.Attempt
	if pick(8) == 0 {
		handle, attempt = Handle(pick(6)), Attempt(pick(6))
	}
	ok := pick(4) != 0
	codes := []Code{CardUnreadable, CardSwapped, ReaderBusy, "card.silent", "cert.revoked"}
	switch pick(23) {
	case 0:
		return ServiceDown{}
	case 1:
		return ReadersChanged{Count: int(pick(3))}
	case 2, 3:
		return CardIn{Insertion: r.lastIn + Insertion(pick(3))}
	case 4:
		if len(r.s.Cards) > 0 && ok {
			return CardOut{Insertion: r.s.Cards[pick(uint64(len(r.s.Cards)))], Grace: pick(4) != 0}
		}
		return CardOut{Insertion: Insertion(pick(5)), Grace: true}
	case 5, 6:
		return CardRead{Handle: handle, Account: []string{"anna", "bob"}[pick(2)], Holder: []string{"A", "B", ""}[pick(3)], Shared: ok, Tries: int(pick(5)) - 1}
	case 7:
		return CardRefused{Handle: handle, Code: codes[pick(5)]}
	case 8:
		return CardFailed{Handle: handle, Code: codes[pick(5)]}
	case 9:
		return []Event{RetryDue{Insertion: r.s.Front}, GraceOver{Insertion: r.s.Grace}, GraceOver{Insertion: Insertion(pick(5))}}[pick(3)]
	case 10:
		return Checked{Handle: handle, OK: ok}
	case 11, 12:
		r.next++
		account := r.s.Account
		if !ok {
			account = "bob"
		}
		return PINGiven{Attempt: r.next, Insertion: r.s.Front, Account: account, Claim: pick(2) == 0, LastTry: pick(2) == 0}
	case 13:
		return PINRejected{Attempt: attempt, Code: []Code{PINWrong, PINBlocked}[pick(2)], Tries: int(pick(4)) - 1}
	case 14, 15:
		return SignatureGood{Attempt: attempt}
	case 16:
		if ok {
			return Claimed{Attempt: attempt}
		}
		return SignatureRefused{Attempt: attempt, Code: "cert.key-mismatch"}
	case 17:
		return []Event{Recorded{Attempt: attempt, OK: ok}, Cleared{Attempt: attempt, OK: ok}}[pick(2)]
	case 18:
		return r.anyCare(n)
	case 19:
		return CareDone{Attempt: attempt, Code: []Code{"", PINWrong, "puk.wrong"}[pick(3)], Tries: int(pick(4)) - 1, Kept: ok}
	case 20:
		return []Event{Expired{Attempt: attempt}, LockAsked{}, LeftIdle{}, Reloaded{}}[pick(4)]
	}
	return []Event{Beat{}, OpenedElsewhere{Session: "c1"}, Remembered{Account: "bob", Holder: "B"}}[pick(3)]
}

func TestTheRulesHoldOverAMillionRandomEvents(t *testing.T) {
	seen, graces, resumed, cleared := map[Phase]int{}, 0, 0, 0
	for seed := range uint64(200) {
		r := newRules(t)
		random := rand.New(rand.NewPCG(seed, 1))
		for range 5000 {
			before := r.grace
			r.feed(r.draw(random.Uint64()))
			seen[r.s.Phase()]++
			if before == 0 && r.grace != 0 {
				graces++
			}
			if before != 0 && r.s.Login.Open {
				resumed++
			}
		}
		cleared += len(r.cleared)
	}
	for p := NoReader; p <= Refused; p++ {
		if seen[p] == 0 {
			t.Errorf("phase %d was never reached: the events do not exercise the rules", p)
		}
	}
	if graces < 1000 || resumed < 100 || cleared < 100 {
		t.Errorf("%d graces, %d of them ended by a PIN, %d desktops cleared: the events do not exercise the rules", graces, resumed, cleared)
	}
	if seen[Unlocked] < 1000 {
		t.Errorf("unlocked only %d times: the events do not exercise the rules", seen[Unlocked])
	}
}

func FuzzStep(f *testing.F) {
	f.Add([]byte("card in, PIN, proof, out"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newRules(t)
		for len(data) >= 3 && r.next < 200 {
			n := uint64(data[0]) | uint64(data[1])<<8 | uint64(data[2])<<16
			data = data[3:]
			r.feed(r.draw(n * 2654435761))
		}
	})
}

func TestStepChangesNothingThatTheOldStateHolds(t *testing.T) {
	s, _ := Step(State{}, CardIn{Insertion: 1})
	s, _ = Step(s, CardIn{Insertion: 2})
	before := slices.Clone(s.Cards)
	Step(s, CardOut{Insertion: 1})
	Step(s, ServiceDown{})
	if !slices.Equal(s.Cards, before) {
		t.Errorf("the old state's cards changed from %v to %v", before, s.Cards)
	}
}
