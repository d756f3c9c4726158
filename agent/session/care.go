package session

// CareGiven: a person wants a PIN of the front card changed, or unblocked with its PUK, and gave what that takes.
type CareGiven struct {
	Attempt   Attempt
	Insertion Insertion
	Account   string
	Unblock   bool // with the PUK; else with the PIN itself
	Sign      bool // the PIN for signatures; else the one that opens the desktop
	LastTry   bool // the person agreed to spend the last try
}

// CareDone: the card has taken the change, or has refused it.
type CareDone struct {
	Attempt Attempt
	Code    Code // "" when the PIN is the new one
	Tries   int  // left of what was typed, or Unknown
	Kept    bool // the card still grants what the PIN of the login opened
}

// Care: let the card change or unblock the PIN, once.
type Care struct {
	Attempt Attempt
	Handle  Handle
}

func (CareGiven) event() {}
func (CareDone) event()  {}
func (Care) effect()     {}

// careGiven sends the change to the card. The child of a card whose PIN is blocked has ended; such a card is read once
// more, for this attempt.
func (t *turn) careGiven(e CareGiven) {
	if code := t.careObjection(e); code != "" {
		t.do(Answer{Attempt: e.Attempt, Code: code, Tries: t.Tries})
		return
	}
	t.Pending = Pending{Attempt: e.Attempt, Account: e.Account, Stage: CareWaits}
	if t.Refusal == PINBlocked {
		t.Refusal = ""
		t.read()
		return
	}
	t.care()
}

func (t *turn) careObjection(e CareGiven) Code {
	auth := !e.Unblock && !e.Sign
	switch {
	case t.Front == 0:
		return CardNone
	case !t.isFront(e.Insertion):
		return CardSwapped
	case t.isBusy():
		return ReaderBusy
	case t.Refusal == PINBlocked && !auth:
		return ""
	case t.Refusal != "":
		return t.Refusal
	case !t.Ready, !t.opens(e.Account):
		return CardSwapped
	case auth && t.Tries == 1 && !e.LastTry:
		return PINLastTry
	}
	return ""
}

func (t *turn) care() {
	t.Pending.Stage = Caring
	t.do(Care{Attempt: t.Pending.Attempt, Handle: t.Handle})
}

// careRead goes on with a blocked card that was read for the attempt, unless it is another's.
func (t *turn) careRead() {
	if t.opens(t.Pending.Account) {
		t.care()
		return
	}
	t.refuse(CardSwapped)
}

// careDone answers. A login stays only where the card still grants it; in all other cases the card is opened anew, so
// that it forgets what was typed and tells its tries.
func (t *turn) careDone(e CareDone) {
	if !t.at(e.Attempt, Caring) {
		return
	}
	t.do(Answer{Attempt: e.Attempt, Code: e.Code, Tries: e.Tries})
	t.endCare()
	if t.Login.Open && isKept(e) {
		return
	}
	t.leave(Lost)
	t.reopen()
}
