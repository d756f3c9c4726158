package session

// fromChild takes what a child reports, if it is the child of the front card.
func (t *turn) fromChild(e Event) {
	switch e := e.(type) {
	case CardRead:
		if t.isCurrent(e.Handle) {
			t.cardRead(e)
		}
	case CardRefused:
		if t.isCurrent(e.Handle) {
			t.refuse(e.Code)
		}
	case CardFailed:
		if t.isCurrent(e.Handle) {
			t.cardFailed(e.Code)
		}
	case Checked:
		if t.isCurrent(e.Handle) && isAnother(e) {
			t.cardFailed(CardSwapped)
		}
	}
}

func (t *turn) cardRead(e CardRead) {
	if t.Ready {
		return
	}
	t.Tries, t.Most = e.Tries, max(t.Most, e.Tries)
	care := t.Pending.Stage == CareWaits
	if isBlocked(e.Tries) && !care {
		t.refuse(PINBlocked)
		return
	}
	t.Ready, t.Account, t.Holder, t.Shared, t.Reads = true, e.Account, e.Holder, e.Shared, 0
	if care {
		t.careRead()
	}
}

// refuse keeps the card out for as long as it stays in.
func (t *turn) refuse(code Code) {
	t.lose(code)
	t.drop()
	t.Refusal = code
}

// cardFailed opens the card anew, and gives it up when that has failed a few times in a row. A reader that another
// program holds is tried again for as long as the card is in. A card that does not answer is not asked again: the PC/SC
// service goes on waiting for its answer, and would tell us that somebody else has the reader.
func (t *turn) cardFailed(code Code) {
	t.lose(code)
	t.drop()
	t.Reads++
	if code == ReaderBusy {
		t.Refusal = code
		t.do(Retry{Insertion: t.Front})
		return
	}
	if t.Reads >= maxReads || code == CardSilent {
		t.Refusal = code
		return
	}
	t.read()
}

// lose ends what the front card has opened or was about to. The desktop that a card before it has left open for a while is
// not this card's, unless a PIN was under way: then who gave it is in doubt.
func (t *turn) lose(code Code) {
	if t.Login.Open || t.Pending.Stage != None {
		t.giveUp(code)
		t.leave(Lost)
	}
}

// retryDue opens a card anew whose refusal was not the card's own fault.
func (t *turn) retryDue(c Insertion) {
	if c == t.Front && t.Handle == 0 && passes(t.Refusal) {
		t.Refusal = ""
		t.read()
	}
}

// passes says whether a refusal may be over without anybody having touched the card: another program had its reader, or
// nobody on the network could be asked about it.
func passes(refusal Code) bool {
	return refusal == ReaderBusy || refusal == NetworkDown || refusal == RevocationUnknown
}
