package session

// fromChild takes what a child reports, if it is the child of the front card.
func (t *turn) fromChild(e Event) {
	switch e := e.(type) {
	case CardRead:
		if t.isCurrent(e.Handle) {
			t.cardRead(e.Account, e.Tries)
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

func (t *turn) cardRead(account string, tries int) {
	if t.Ready {
		return
	}
	t.Tries, t.Most = tries, max(t.Most, tries)
	care := t.Pending.Stage == CareWaits
	if isBlocked(tries) && !care {
		t.refuse(PINBlocked)
		return
	}
	t.Ready, t.Account, t.Reads = true, account, 0
	if care {
		t.careRead()
	}
}

// refuse keeps the card out for as long as it stays in.
func (t *turn) refuse(code Code) {
	t.giveUp(code)
	t.leave(Lost)
	t.drop()
	t.Refusal = code
}

// cardFailed opens the card anew, and gives it up when that has failed a few times in a row. A reader that another
// program holds is tried again for as long as the card is in. A card that does not answer is not asked again: the PC/SC
// service goes on waiting for its answer, and would tell us that somebody else has the reader.
func (t *turn) cardFailed(code Code) {
	t.giveUp(code)
	t.leave(Lost)
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

func (t *turn) retryDue(c Insertion) {
	if c == t.Front && t.Handle == 0 && t.Refusal == ReaderBusy {
		t.Refusal = ""
		t.read()
	}
}
