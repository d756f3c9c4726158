// Package apitype holds the words that the service and its clients share over the local API.
package apitype

import "time"

// Version is the version of the snapshot format.
const Version = 1

// Phase is where the main job stands.
type Phase string

// The phases of version 1 of the contract.
const (
	NoReader  Phase = "no-reader"
	NoCard    Phase = "no-card"
	Reading   Phase = "reading"
	NeedPIN   Phase = "need-pin"
	Verifying Phase = "verifying"
	Unlocked  Phase = "unlocked"
	Locked    Phase = "locked"
	Refused   Phase = "refused"
)

// Snapshot is the whole state that a client may see, with its revision. Absent things are absent.
type Snapshot struct {
	V        int       `json:"v"`
	Rev      uint64    `json:"rev"`
	Phase    Phase     `json:"phase"`
	Agent    Agent     `json:"agent"`
	Reader   *Reader   `json:"reader,omitempty"`
	Card     *Card     `json:"card,omitempty"`
	Holder   *Holder   `json:"holder,omitempty"`
	Session  *Session  `json:"session,omitempty"`
	Systems  []System  `json:"systems,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
	Consent  *Consent  `json:"consent,omitempty"`
	UI       *UI       `json:"ui,omitempty"`
}

// Consent is what a person is asked before a program uses their card. Only that person's programs see it.
type Consent struct {
	ID      string    `json:"id"`
	Program string    `json:"program,omitempty"` // path of its file; absent: it is not known
	PID     int       `json:"pid"`
	Systems []string  `json:"systems"`        // titles of the systems, to one of which it is going
	PIN     bool      `json:"pin,omitempty"`  // a yes takes the card's code
	Until   time.Time `json:"until"`          // the answer is no then
	More    int       `json:"more,omitempty"` // questions that wait behind it
}

// ConsentAnswer answers a Consent. It is the body of POST /v1/consent.
type ConsentAnswer struct {
	ID    string `json:"id"`
	Allow bool   `json:"allow"`
}

// UI is what policy allows windows. What is not allowed is absent.
type UI struct {
	PINPaste bool `json:"pin_paste,omitempty"` // a code may be pasted into its field
}

// Agent tells which service answers.
type Agent struct {
	Version string `json:"version"`
	PID     int    `json:"pid"`
}

// Reader is the reader that matters now.
type Reader struct {
	Name  string `json:"name"`
	State string `json:"state"` // "empty" or "card"
}

// Card is the inserted card.
type Card struct {
	Insertion uint64   `json:"insertion"`
	ATR       string   `json:"atr,omitempty"` // hex; ISO/IEC 7816-3, section 8
	Kind      string   `json:"kind,omitempty"`
	Number    string   `json:"number,omitempty"`  // masked but for the last four digits
	Product   string   `json:"product,omitempty"` // as policy names it
	Unlock    string   `json:"unlock,omitempty"`  // how a blocked PIN is unblocked: "puk-letter", "administrator", "replace"
	PIN       *CardPIN `json:"pin,omitempty"`
}

// CardPIN is the state of the card's two codes.
type CardPIN struct {
	Auth *PINState `json:"auth,omitempty"`
	Sign *PINState `json:"sign,omitempty"`
}

// PINState is the state of one code. Tries is what the card says is left.
type PINState struct {
	Tries int `json:"tries"`
}

// Holder is whom the card belongs to: personal data.
type Holder struct {
	Name       string      `json:"name"`
	HSAID      string      `json:"hsa_id"`
	Org        string      `json:"org,omitempty"`
	LoA        int         `json:"loa"`
	Carrier    string      `json:"carrier,omitempty"` // "card", "reserve" or "mobile"
	Account    string      `json:"account,omitempty"`
	NotAfter   time.Time   `json:"not_after"`
	DaysLeft   *int        `json:"days_left,omitempty"` // whole days until then
	Revocation *Revocation `json:"revocation,omitempty"`
}

// Revocation is the last answer about the certificate's revocation.
type Revocation struct {
	Result string `json:"result"` // "good", "revoked", "unknown", or "off" where policy asks for none
	Source string `json:"source,omitempty"`
	AgeS   int64  `json:"age_s,omitempty"`
}

// Session is the desktop session that the card opened.
type Session struct {
	ID    string    `json:"id,omitempty"`
	User  string    `json:"user"`
	State string    `json:"state"` // "unlocked" or "locked"
	Since time.Time `json:"since"`

	LocksAt  time.Time `json:"locks_at,omitzero"`    // when it locks by itself, while that is being counted down
	LocksInS int       `json:"locks_in_s,omitempty"` // whole seconds until then
}

// System is one business system that the broker knows.
type System struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Kind  string `json:"kind"`          // "tls", "kerberos" or "ssh"
	State string `json:"state"`         // "ready", "working", "need-pin", "released", "unreachable" or "denied"
	Why   Code   `json:"why,omitempty"` // with a state in which it does not open

	Reason string `json:"reason,omitempty"` // with Why, where more is known: what a ticket failed of, or which time is over
}
