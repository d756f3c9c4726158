package session

// Step returns the state after event e and what has to be done. It changes nothing that s refers to.
//
// The rules it keeps, whatever comes in: unlocked only while the card that proved itself is in, but for the grace of a
// desktop whose card was pulled; every Enter is followed by a Leave before the next; a PIN goes to a card at most once; an event of an older card, child or attempt
// changes nothing; whatever is in doubt ends locked.
func Step(s State, e Event) (State, []Effect) {
	t := turn{State: s}
	t.Cards = append([]Insertion(nil), s.Cards...)
	switch e := e.(type) {
	case ServiceDown:
		t.readers(0)
	case ReadersChanged:
		t.readers(e.Count)
	case CardIn:
		t.cardIn(e.Insertion)
	case CardOut:
		t.gone(e.Insertion)
		t.cardOut(e.Insertion, e.Grace)
	case GraceOver:
		t.graceOver(e)
	case RetryDue:
		t.retryDue(e.Insertion)
	case CardRead, CardRefused, CardFailed, Checked:
		t.fromChild(e)
	case PINGiven:
		t.pinGiven(e)
	case PINRejected, SignatureGood, SignatureRefused, Claimed, Expired, Recorded, Cleared:
		t.fromAttempt(e)
	case CareGiven:
		t.careGiven(e)
	case CareDone:
		t.careDone(e)
	case LockAsked:
		t.lock(Asked)
	case LeftIdle:
		t.leftIdle()
	case OpenedElsewhere:
		t.openedElsewhere(e.Session)
	case Remembered:
		t.remembered(e)
	case Beat:
		t.beat()
	case Reloaded:
		t.reloaded()
	}
	return t.State, t.effects
}

// turn is one Step under way.
type turn struct {
	State
	effects []Effect
}

func (t *turn) do(e Effect) { t.effects = append(t.effects, e) }

// readers takes the new number of readers.
func (t *turn) readers(n int) {
	t.Readers = n
	if n == 0 {
		t.withdraw()
	}
}

// cardIn takes the new card to the front unless one is in use there.
func (t *turn) cardIn(c Insertion) {
	if c <= t.lastInsertion {
		return
	}
	t.lastInsertion = c
	t.Cards = append(t.Cards, c)
	t.Readers = max(t.Readers, 1)
	if t.isFree() {
		t.drop()
		t.bring(c)
	}
}

func (t *turn) cardOut(c Insertion, grace bool) {
	kept := t.Cards[:0]
	for _, other := range t.Cards {
		if other != c {
			kept = append(kept, other)
		}
	}
	t.Cards = kept
	if c != t.Front {
		return
	}
	t.giveUp(CardNone)
	t.removed(grace)
	t.drop()
	t.Front = 0
	t.Refusal = ""
	if n := len(t.Cards); n > 0 {
		t.bring(t.Cards[n-1])
	}
}

// gone tells that the card of a login that has ended otherwise is out now, too.
func (t *turn) gone(c Insertion) {
	if c != t.Login.Insertion || t.Login.Open {
		return
	}
	for _, in := range t.Cards {
		if in == c {
			t.do(Gone{Account: t.Login.Account})
		}
	}
}

// bring makes c the front card and has it read.
func (t *turn) bring(c Insertion) {
	t.Front, t.Reads, t.Refusal, t.Tries, t.Most = c, 0, "", Unknown, Unknown
	t.read()
}

// read has the front card opened by a new child.
func (t *turn) read() {
	t.lastHandle++
	t.Handle, t.Ready, t.Account, t.Holder, t.Shared = t.lastHandle, false, "", "", false
	t.do(ReadCard{Handle: t.Handle, Insertion: t.Front})
}

// drop ends the child of the front card.
func (t *turn) drop() {
	if t.Handle != 0 {
		t.do(DropCard{Handle: t.Handle})
	}
	t.Handle, t.Ready, t.Account, t.Holder, t.Shared = 0, false, "", "", false
}

// lock ends the login and a PIN that is being checked, and forgets what the PIN opened on the card.
func (t *turn) lock(why Reason) {
	used := t.Login.Open || t.Pending.Stage != None
	t.giveUp(PINTimeout)
	t.leave(why)
	if used {
		t.reopen()
	}
}

// leave closes the login. It is the only way out of Unlocked, and out of the grace after it.
func (t *turn) leave(why Reason) {
	grace := t.isInGrace()
	if !t.Login.Open && !grace {
		return
	}
	t.Login.Open, t.Grace = false, 0
	t.do(Leave{Account: t.Login.Account, Reason: why})
	if grace && why != Removed && why != Replaced {
		t.do(Gone{Account: t.Login.Account})
	}
}

// giveUp answers the attempt that is under way with code.
func (t *turn) giveUp(code Code) {
	if t.Pending.Stage == None {
		return
	}
	t.do(Answer{Attempt: t.Pending.Attempt, Code: code, Tries: t.Tries})
	t.Pending = Pending{}
}

// remembered takes over a login of before the start, which is closed: whoever opens it has to bring the card.
func (t *turn) remembered(e Remembered) {
	if t.Login.Insertion == 0 {
		t.Login.Account, t.Login.Holder = e.Account, e.Holder
	}
}

func (t *turn) beat() {
	if t.Login.Open && t.Pending.Stage == None {
		t.do(Check{Handle: t.Handle})
	}
}

// reloaded has a card that waits, or was refused, looked at anew. A login that stands is not disturbed.
func (t *turn) reloaded() {
	if t.Front != 0 && !t.Login.Open && t.Pending.Stage == None {
		t.drop()
		t.bring(t.Front)
	}
}
