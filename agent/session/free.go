//go:build !canary_login_card

package session

// isFree says whether a card that comes may take the front card's place: not while that one is in use.
func (t *turn) isFree() bool { return t.Front == 0 || !t.Login.Open && t.Pending.Stage == None }
