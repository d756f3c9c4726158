package session

// Event is something that happened. The types below are all there are.
type Event interface{ event() }

// What happens at the readers.
type (
	// ServiceDown: the PC/SC service is gone; removals of its cards were told before.
	ServiceDown struct{}
	// ReadersChanged: so many readers are there now.
	ReadersChanged struct{ Count int }
	// CardIn: a card was inserted.
	CardIn struct{ Insertion Insertion }
	// CardOut: a card was removed.
	CardOut struct {
		Insertion Insertion
		Grace     bool // the desktop that it had opened stays open until GraceOver
	}
	// GraceOver: the time for the holder of a card that was removed to come back is over.
	GraceOver struct{ Insertion Insertion }
)

// What the child that holds a card reports. Those of an older child are ignored.
type (
	// CardRead: the card was read, its certificate accepted and mapped to an account.
	CardRead struct {
		Handle  Handle
		Account string
		Holder  string // names the person
		Shared  bool   // others open that account too
		Tries   int
	}
	// CardRefused: the card was read and may not be used.
	CardRefused struct {
		Handle Handle
		Code   Code
	}
	// CardFailed: the card could not be used: an error of the card, its reader or its child.
	CardFailed struct {
		Handle Handle
		Code   Code
	}
	// RetryDue: the pause before opening the card once more is over.
	RetryDue struct{ Insertion Insertion }
	// Checked: the heartbeat found the card as it was.
	Checked struct {
		Handle Handle
		OK     bool
	}
)

// What people do with a PIN.
type (
	// PINGiven: a person gave a PIN for an account.
	PINGiven struct {
		Attempt   Attempt
		Insertion Insertion
		Account   string
		Claim     bool // the answer is fetched with Claimed
		LastTry   bool // the person agreed to spend the last try
	}
	// PINRejected: the card did not take the PIN.
	PINRejected struct {
		Attempt Attempt
		Code    Code
		Tries   int
	}
	// SignatureGood: the card took the PIN and its signature over our statement is good.
	SignatureGood struct{ Attempt Attempt }
	// SignatureRefused: no good signature, or the certificate is not accepted any more.
	SignatureRefused struct {
		Attempt Attempt
		Code    Code
	}
	// Claimed: the login screen fetches the answer.
	Claimed struct{ Attempt Attempt }
	// Expired: the time for the answer to be fetched is over, or whoever gave the PIN has gone.
	Expired struct{ Attempt Attempt }
	// Recorded: the audit row of the unlock is durable, or cannot be.
	Recorded struct {
		Attempt Attempt
		OK      bool
	}
	// Cleared: nothing of the holder before runs any more of what has to be ended, or it cannot be ended.
	Cleared struct {
		Attempt Attempt
		OK      bool
	}
)

// What happens at the desktop.
type (
	// LockAsked: the person, the screen locker or the machine going to sleep wants it locked.
	LockAsked struct{}
	// LeftIdle: nobody has used the desktop for as long as policy lets it stay open.
	LeftIdle struct{}
	// OpenedElsewhere: a desktop session of the login was told to unlock by somebody else.
	OpenedElsewhere struct{ Session string }
	// Beat: time for the heartbeat.
	Beat struct{}
	// Remembered: the account's desktop was open when the agent last ended; it is being locked.
	Remembered struct{ Account, Holder string }
	// Reloaded: policy, trust or accounts have changed; what was decided about a waiting card may be wrong now.
	Reloaded struct{}
)

func (ServiceDown) event()      {}
func (ReadersChanged) event()   {}
func (CardIn) event()           {}
func (CardOut) event()          {}
func (GraceOver) event()        {}
func (CardRead) event()         {}
func (CardRefused) event()      {}
func (CardFailed) event()       {}
func (RetryDue) event()         {}
func (Checked) event()          {}
func (PINGiven) event()         {}
func (PINRejected) event()      {}
func (SignatureGood) event()    {}
func (SignatureRefused) event() {}
func (Claimed) event()          {}
func (Expired) event()          {}
func (Recorded) event()         {}
func (Cleared) event()          {}
func (LockAsked) event()        {}
func (LeftIdle) event()         {}
func (OpenedElsewhere) event()  {}
func (Beat) event()             {}
func (Remembered) event()       {}
func (Reloaded) event()         {}
