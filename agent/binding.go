//go:build !canary_statement_binding

package agent

import (
	"fmt"
	"time"
)

// statement is what the card signs: made here, in full, and different every time. A signature over it proves that
// this card was here, now, for this account and this caller.
func (a *Agent) statement(at *attempt, ch *child) []byte {
	return fmt.Appendf(nil, "%s\nmachine %s\nsession %q\ncaller %d\naccount %q\ninsertion %d\nattempt %d\ntime %s\nnonce %s\n",
		statementLabel, a.parts.Machine, at.caller.Session.ID, at.caller.UID, ch.person.Account,
		ch.card.Insertion, at.id, a.parts.Now().UTC().Format(time.RFC3339Nano), nonce())
}
