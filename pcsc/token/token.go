// Package token says what a card can tell about itself and what can go wrong with it, whatever holds the card.
package token

import (
	"errors"
	"fmt"
)

// Info is what one card tells without a PIN. It is read once per opening of the card.
type Info struct {
	Kind   string   `json:"kind,omitempty"`   // product, as the module names it
	Serial string   `json:"serial,omitempty"` // as the module tells it
	Module string   `json:"module,omitempty"` // the PKCS#11 module that took the card
	Certs  [][]byte `json:"certs,omitempty"`  // every X.509 certificate on the card, DER
	Tries  *int     `json:"tries,omitempty"`  // PIN tries left, where the card tells a number: 1 at the last try, 0 when blocked

	// SignTries is the same of the PIN for signatures. It is nil too when the card has no such PIN.
	SignTries *int `json:"sign_tries,omitempty"`

	// Schemes are the ways to sign that the module names for keys that log in. Whether the card manages them is another
	// matter: modules name PSS for cards that fail at it.
	Schemes []Scheme `json:"schemes,omitempty"`
}

// PINReason says why a card did not take a PIN.
type PINReason string

// The reasons of a PINError.
const (
	Wrong   PINReason = "wrong"
	Blocked PINReason = "blocked"
	Length  PINReason = "length" // refused for its form; the card was not asked

	PUKWrong   PINReason = "puk-wrong"
	PUKBlocked PINReason = "puk-blocked" // the card has no way back
)

// Which names one of a card's two PINs.
type Which byte

// The PINs.
const (
	Auth Which = 'a' // guards the key that logs in
	Sign Which = 's' // guards the key for signatures, where that has a PIN of its own
)

// PINError is a PIN that the card did not take.
type PINError struct {
	Reason PINReason
	Tries  *int // left, where known
}

func (e *PINError) Error() string {
	if e.Tries == nil {
		return "PIN " + string(e.Reason)
	}
	return fmt.Sprintf("PIN %s, %d tries left", e.Reason, *e.Tries)
}

// Errors of a card that cannot be used. After any of them the card has to be opened anew and identified again.
var (
	ErrUnreadable  = errors.New("card cannot be read")
	ErrUnsupported = errors.New("no module takes the card")
	ErrBusy        = errors.New("another program holds the card or its reader")
	ErrSilent      = errors.New("card does not answer in time")
	ErrRemoved     = errors.New("card is gone")
	ErrChanged     = errors.New("card is no longer the one that was opened")
	ErrNoKey       = errors.New("card has no private key for the certificate")
	ErrNoCare      = errors.New("card and its module do not let this PIN be changed")
)

// The form of a PIN that is worth asking the card about. SITHS codes have six digits; the bounds leave room for
// the products whose codes are longer, and refuse what cannot be a code.
const (
	MinPIN = 6
	MaxPIN = 12
	MaxPUK = 16 // a PUK of SITHS has eight digits; this is the longest that the cards take
)

// CheckPIN refuses a PIN that no card would take, so that it never costs a try: fewer than MinPIN or more than MaxPIN
// bytes, or anything but ASCII digits. It returns nil or a *PINError.
func CheckPIN(pin []byte) error {
	if !isPIN(pin) {
		return &PINError{Reason: Length}
	}
	return nil
}

// CheckPUK refuses a PUK that no card would take: fewer than MinPIN or more than MaxPUK bytes, or anything but ASCII
// digits. It returns nil or a *PINError.
func CheckPUK(puk []byte) error {
	if !isDigits(puk, MaxPUK) {
		return &PINError{Reason: Length}
	}
	return nil
}

func isDigits(code []byte, most int) bool {
	if len(code) < MinPIN || len(code) > most {
		return false
	}
	for _, b := range code {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}
