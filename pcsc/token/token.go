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
	Tries  *int     `json:"tries,omitempty"`  // PIN tries left, where the card tells a number
}

// PINReason says why a card did not take a PIN.
type PINReason string

// The reasons of a PINError.
const (
	Wrong   PINReason = "wrong"
	Blocked PINReason = "blocked"
	Length  PINReason = "length" // refused for its form; the card was not asked
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
)

// The form of a PIN that is worth asking the card about. SITHS codes have six digits; the bounds leave room for
// the products whose codes are longer, and refuse what cannot be a code.
const (
	MinPIN = 6
	MaxPIN = 12
)

// CheckPIN refuses a PIN that no card would take, so that it never costs a try: fewer than MinPIN or more than MaxPIN
// bytes, or anything but ASCII digits. It returns nil or a *PINError.
func CheckPIN(pin []byte) error {
	if !isPIN(pin) {
		return &PINError{Reason: Length}
	}
	return nil
}
