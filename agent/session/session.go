// Package session decides what happens next: a pure function from a state and an event to a state and effects.
//
// It imports nothing, so every rule of the main job can be read here, tested exhaustively and fuzzed. Who the card
// belongs to, whether a signature is good and whether a row is on disk are found out elsewhere and come in as events.
package session

// Insertion numbers card insertions; Handle numbers the children that hold a card (a card that stays in after a lock
// is opened anew by another child); Attempt numbers the PINs that people gave. All grow and none is used twice.
type (
	Insertion uint64
	Handle    uint64
	Attempt   uint64
)

// Code is a problem code of the contract; "" is no problem.
type Code string

// The codes that the rules here need to know.
const (
	CardNone          Code = "card.none"
	CardSilent        Code = "card.silent"
	CardSwapped       Code = "card.swapped"
	CardUnreadable    Code = "card.unreadable"
	ReaderBusy        Code = "reader.busy"
	PINWrong          Code = "pin.wrong"
	PINBlocked        Code = "pin.blocked"
	PINLastTry        Code = "pin.last-try"
	PINTimeout        Code = "pin.timeout"
	AuditUnwritable   Code = "audit.unwritable"
	NotCleared        Code = "session.not-cleared"
	NetworkDown       Code = "network.down"
	RevocationUnknown Code = "cert.revocation-unknown"
)

// Phase is where the main job stands.
type Phase uint8

// The phases, in the order of the contract.
const (
	NoReader Phase = iota
	NoCard
	Reading
	NeedPIN
	Verifying
	Unlocked
	Locked
	Refused
)

// Unknown is a number of PIN tries that the card does not tell.
const Unknown = -1

// maxReads is how often in a row a card is opened before it counts as unreadable.
const maxReads = 3

// Login is the last unlock: which insertion opened which account, whose card that was, and whether it still stands. One
// of before the start has an account and no insertion.
type Login struct {
	Insertion Insertion
	Account   string
	Holder    string // names the person; empty: unknown, and then the next one is another
	Open      bool
}

// Pending is the PIN that is being checked. There is never more than one.
type Pending struct {
	Attempt Attempt
	Account string
	Claim   bool // a login screen has to fetch the answer before anything opens
	Stage   Stage
}

// Stage is how far a Pending has come.
type Stage uint8

// The stages.
const (
	None      Stage = iota
	AtCard          // the card checks the PIN and signs
	Proved          // the signature is good; the login screen has not fetched the answer yet
	Recording       // the audit row is being made durable
	Clearing        // what the holder before has left running on a shared desktop is being ended
	CareWaits       // a blocked card is being read, to have its PIN unblocked
	Caring          // the card changes or unblocks a PIN
)

// State is all that the rules remember. The zero State is the start: no service, no reader, no card.
type State struct {
	Readers int
	Cards   []Insertion // cards that are in, oldest first
	Front   Insertion   // the card that the flow is about; 0: none
	Handle  Handle      // the child that holds Front; 0: none
	Ready   bool        // the child has read the card and the card may be used
	Account string      // the account that Front opens, when Ready
	Holder  string      // whose card Front is, when Ready
	Shared  bool        // others open that account too, when Ready
	Tries   int         // PIN tries left on Front, or Unknown
	Most    int         // the most tries that Front has told, or Unknown: a right PIN gives them back
	Reads   int         // openings of Front in a row that failed
	Refusal Code        // why Front cannot be used
	Pending Pending
	Login   Login
	Grace   Insertion // of a card that was pulled, and whose GraceOver is to come; 0: none

	lastHandle    Handle
	lastInsertion Insertion
}

// Phase tells where the main job stands.
func (s State) Phase() Phase {
	switch {
	case s.Readers == 0:
		return NoReader
	case s.Front == 0:
		return NoCard
	case s.Login.Open:
		return Unlocked
	case s.Pending.Stage != None:
		return Verifying
	case s.Refusal != "":
		return Refused
	case s.Login.Insertion == s.Front:
		return Locked
	case !s.Ready:
		return Reading
	}
	return NeedPIN
}
