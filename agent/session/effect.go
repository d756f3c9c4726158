package session

// Effect is something that has to be done. Effects are carried out in order. The types below are all there are.
type Effect interface{ effect() }

// Reason says why a login ended.
type Reason uint8

// The reasons of Leave.
const (
	Removed  Reason = iota // the card was removed, or its reader or the service went away
	Asked                  // somebody asked for the lock
	Lost                   // the card is no longer what it was, or an attempt with it failed
	Idle                   // nobody has used the desktop for a while
	Replaced               // another holder takes the same desktop over
)

type (
	// ReadCard: start a child for the card and read it.
	ReadCard struct {
		Handle    Handle
		Insertion Insertion
	}
	// DropCard: reset the card and end its child.
	DropCard struct{ Handle Handle }
	// Retry: come back with RetryDue after a pause.
	Retry struct{ Insertion Insertion }
	// Verify: let the card check the PIN of the attempt, once, and sign our statement.
	Verify struct {
		Attempt Attempt
		Handle  Handle
	}
	// Answer: tell whoever waits for the attempt how it went. Code "" is success.
	Answer struct {
		Attempt Attempt
		Code    Code
		Tries   int
	}
	// AwaitClaim: give the login screen a while to fetch the answer, then come back with Expired.
	AwaitClaim struct{ Attempt Attempt }
	// Record: make the audit row of the unlock durable.
	Record struct{ Attempt Attempt }
	// ClearDesk: end what the holder before has left running, then come back with Cleared.
	ClearDesk struct{ Attempt Attempt }
	// Enter: the account is unlocked.
	Enter struct {
		Attempt Attempt
		Account string
	}
	// AwaitGrace: drop all that was released to the login, leave its desktop open, and come back with GraceOver.
	AwaitGrace struct{ Insertion Insertion }
	// Resume: the holder is back within the grace. The account stays unlocked, with another insertion.
	Resume struct {
		Attempt Attempt
		Account string
	}
	// Leave: lock the desktop sessions of the account and drop all that was released to it.
	Leave struct {
		Account string
		Reason  Reason
	}
	// Gone: the card of a login that has ended already was removed. A policy that ends sessions on removal has its turn.
	Gone struct{ Account string }
	// Relock: lock one desktop session that somebody else opened.
	Relock struct{ Session string }
	// Check: ask the card whether it is still the one that took the PIN.
	Check struct{ Handle Handle }
)

func (ReadCard) effect()   {}
func (DropCard) effect()   {}
func (Retry) effect()      {}
func (Verify) effect()     {}
func (Answer) effect()     {}
func (AwaitClaim) effect() {}
func (Record) effect()     {}
func (ClearDesk) effect()  {}
func (Enter) effect()      {}
func (AwaitGrace) effect() {}
func (Resume) effect()     {}
func (Leave) effect()      {}
func (Gone) effect()       {}
func (Relock) effect()     {}
func (Check) effect()      {}
