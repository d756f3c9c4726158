package apitype

// UnlockRequest asks who is on the card, before a PIN is asked for. It is the body of POST /v1/unlock/begin.
type UnlockRequest struct {
	Account string `json:"account,omitempty"` // empty: take the account from the card (root only)
	Service string `json:"service,omitempty"` // the PAM service or the login screen's name, for the audit row
}

// UnlockOffer is the answer to UnlockRequest: what a prompt needs to say.
type UnlockOffer struct {
	Unlock    string `json:"unlock"`          // names this unlock; good once, for this caller, for this insertion
	Insertion uint64 `json:"insertion"`       // to be handed back with the PIN
	Account   string `json:"account"`         // the account that the card opens
	Name      string `json:"name"`            // the holder's name
	Tries     *int   `json:"tries,omitempty"` // PIN tries left, where the card tells
}

// PINRequest says what a PIN is for. It travels in headers; the PIN itself goes on the raw channel.
type PINRequest struct {
	Insertion uint64
	Unlock    string // of UnlockOffer; empty when the session's own user logs in
	LastTry   bool   // the person has said yes to spending the last try
	Consent   string // of Consent.ID: the PIN is the yes to that question; without Unlock only
}

// CareRequest says what a person wants done with a PIN of the card. The codes themselves go on the raw channel: the old PIN
// or the PUK, then the new PIN.
type CareRequest struct {
	Insertion uint64
	Unblock   bool // with the PUK; else the PIN is changed
	Sign      bool // the PIN for signatures; else the one to log in with
	LastTry   bool // the person has said yes to spending the last try
}

// PINResult is the one line that answers a PIN.
type PINResult struct {
	OK      bool     `json:"ok"`
	Problem *Problem `json:"problem,omitempty"`
	Tries   *int     `json:"tries,omitempty"` // left after this PIN, where the card tells
}

// UnlockFinish is the body of POST /v1/unlock/finish.
type UnlockFinish struct {
	Unlock string `json:"unlock"`
}

// UnlockAnswer is the one-time answer: this account, now. Anything else is a Problem.
type UnlockAnswer struct {
	Account string `json:"account"`
}

// SessionOpened is the body of POST /v1/session: which desktop session belongs to the unlock just answered.
type SessionOpened struct {
	Account string `json:"account"`
	Session string `json:"session"` // logind's id
}

// Health is the answer of GET /v1/health.
type Health struct {
	Ready    bool      `json:"ready"`
	Problems []Problem `json:"problems,omitempty"`
}
