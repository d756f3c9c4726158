package broker

import (
	"errors"
	"fmt"
)

// Why nothing is released, beside a *Denied and the errors of the card (package token).
var (
	ErrNoLogin   = errors.New("nobody has logged in with a card")
	ErrEnded     = errors.New("the login, or the right to use it, has ended")
	ErrBudget    = errors.New("the program has had as many signatures in this minute as it may")
	ErrScheme    = errors.New("the card does not sign in this way")
	ErrUnwritten = errors.New("the release cannot be written down")
	ErrForged    = errors.New("the signature is not by the key of the certificate")
)

// Denied says that no rule lets a program have what it asks for.
type Denied struct {
	System string // the one that was closest to letting it; empty: there is none of the kind
	Rule   string // the condition that is not met, as Explanation names it
	Why    string // what was wanted and what was seen

	as []string // other systems that were as close: each could have been meant
}

func (d *Denied) Error() string {
	if d.System == "" {
		return "denied: " + d.Why
	}
	return fmt.Sprintf("system %s: denied by %s: %s", d.System, d.Rule, d.Why)
}
