package session

// pinGiven sends the PIN to the card if everything that can be known without the card is right.
func (t *turn) pinGiven(e PINGiven) {
	if code := t.objection(e); code != "" {
		t.do(Answer{Attempt: e.Attempt, Code: code, Tries: t.Tries})
		return
	}
	t.Pending = Pending{Attempt: e.Attempt, Account: e.Account, Claim: e.Claim, Stage: AtCard}
	t.do(Verify{Attempt: e.Attempt, Handle: t.Handle})
}

func (t *turn) objection(e PINGiven) Code {
	switch {
	case t.Front == 0:
		return CardNone
	case e.Insertion != t.Front:
		return CardSwapped
	case t.Pending.Stage != None:
		return ReaderBusy
	case t.Refusal != "":
		return t.Refusal
	case !t.Ready, e.Account == "", e.Account != t.Account:
		return CardSwapped
	case t.Tries == 0:
		return PINBlocked
	case t.Tries == 1 && !e.LastTry:
		return PINLastTry
	}
	return ""
}

// fromAttempt takes what became of a PIN, if it is the one under way and at that stage.
func (t *turn) fromAttempt(e Event) {
	switch e := e.(type) {
	case PINRejected:
		if t.at(e.Attempt, AtCard) {
			t.pinRejected(e.Code, e.Tries)
		}
	case SignatureGood:
		if t.at(e.Attempt, AtCard) {
			t.proved()
		}
	case SignatureRefused:
		if t.at(e.Attempt, AtCard) {
			t.refuse(e.Code)
		}
	case Claimed:
		if t.at(e.Attempt, Proved) {
			t.record()
		}
	case Expired:
		if t.at(e.Attempt, Proved) || t.at(e.Attempt, AtCard) && t.Pending.Claim {
			t.lock(Lost)
		}
	case Recorded:
		if t.at(e.Attempt, Recording) {
			t.recorded(e.OK)
		}
	}
}

func (t *turn) at(a Attempt, stage Stage) bool {
	return t.Pending.Attempt == a && t.Pending.Stage == stage
}

// pinRejected ends an open login too: the card has forgotten the earlier PIN, and who typed the wrong one is unknown.
func (t *turn) pinRejected(code Code, tries int) {
	t.Tries = tries
	if code == PINBlocked {
		t.refuse(code)
		return
	}
	wasOpen := t.Login.Open
	t.giveUp(code)
	t.leave(Lost)
	if wasOpen {
		t.reopen()
	}
}

// proved goes on with a PIN that was right, which has given the card its tries back.
func (t *turn) proved() {
	t.Pending.Stage = Proved
	t.Tries = max(t.Tries, t.Most)
	if !t.Pending.Claim {
		t.record()
		return
	}
	t.do(Answer{Attempt: t.Pending.Attempt, Tries: t.Tries})
	t.do(AwaitClaim{Attempt: t.Pending.Attempt})
}

func (t *turn) record() {
	t.Pending.Stage = Recording
	t.do(Record{Attempt: t.Pending.Attempt})
}

// recorded unlocks, or refuses when the unlock would leave no trace.
func (t *turn) recorded(ok bool) {
	if !ok {
		t.giveUp(AuditUnwritable)
		t.leave(Lost)
		t.reopen()
		return
	}
	p := t.Pending
	t.Pending = Pending{}
	if !t.Login.Open {
		t.Login = Login{Insertion: t.Front, Account: p.Account, Open: true}
		t.do(Enter{Attempt: p.Attempt, Account: p.Account})
	}
	t.do(Answer{Attempt: p.Attempt, Tries: t.Tries})
}
