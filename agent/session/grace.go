package session

// isInGrace says whether the desktop is still open although the card that opened it is out.
func (t *turn) isInGrace() bool { return t.Grace != 0 && !t.Login.Open }

// beginGrace leaves the desktop open for a while after its card was pulled. What was released to the login dies now.
func (t *turn) beginGrace() {
	t.Login.Open = false
	t.Grace = t.Login.Insertion
	t.do(AwaitGrace{Insertion: t.Grace})
}

// graceOver ends the login if its holder is not back. A PIN that is under way is too late.
func (t *turn) graceOver(e GraceOver) {
	if !t.isOverdue(e) {
		return
	}
	if t.isBack() {
		t.Grace = 0
		return
	}
	t.lock(Removed)
}
