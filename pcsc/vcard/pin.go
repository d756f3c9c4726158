package vcard

import (
	"crypto/subtle"
	"fmt"
)

// DefaultTries is how many wrong PINs in a row block a card.
const DefaultTries = 3

// MaxTries is the greatest counter that fits the status bytes 63Cx (ISO/IEC 7816-4, 7.5.6).
const MaxTries = 15

const (
	minPINLen    = 4
	paddedPINLen = 16 // IDPrime takes a PIN padded with 00 to this length, and nothing else
)

// PINLengthError says that a PIN for the card has a length that no reader program could send.
type PINLengthError struct{ Len int }

// Error names the lengths that are allowed.
func (e PINLengthError) Error() string {
	return fmt.Sprintf("a PIN has %d to %d characters, this one has %d", minPINLen, paddedPINLen, e.Len)
}

// pin is one reference PIN on the card: its counter outlives a reset, its verified state does not.
type pin struct {
	code     [paddedPINLen]byte
	limit    int
	left     int
	verified bool
}

func newPIN(code []byte, limit int) (*pin, error) {
	if len(code) < minPINLen || len(code) > paddedPINLen {
		return nil, PINLengthError{len(code)}
	}
	p := &pin{limit: limit, left: limit}
	copy(p.code[:], code)
	return p, nil
}

// state answers a VERIFY that carries no PIN (ISO/IEC 7816-4, 7.5.6).
func (p *pin) state() status {
	switch {
	case p.left == 0:
		return swBlocked
	case p.verified:
		return swOK
	}
	return swTriesLeft | status(p.left)
}

// verify spends a try on a wrong PIN and gives all of them back for the right one. A length that cannot be a padded
// PIN costs nothing.
func (p *pin) verify(padded []byte) status {
	switch {
	case p.left == 0:
		return swBlocked
	case len(padded) != paddedPINLen:
		return swWrongLength
	}
	p.verified = subtle.ConstantTimeCompare(padded, p.code[:]) == 1
	if p.verified {
		p.left = p.limit
	} else {
		p.left--
	}
	return p.state()
}

// setLeft turns the counter of wrong PINs; a PIN whose counter is turned has to be verified anew.
func (p *pin) setLeft(n int) { p.left, p.verified = n, false }
