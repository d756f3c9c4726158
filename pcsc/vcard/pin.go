package vcard

import (
	"bytes"
	"crypto/subtle"
	"fmt"
)

// DefaultTries is how many wrong PINs in a row block a card.
const DefaultTries = 3

// PUKTries is how many wrong PUKs end a card for good. Nothing gives them back but the right PUK in time.
const PUKTries = 10

// MaxTries is the greatest counter that fits the status bytes 63Cx (ISO/IEC 7816-4, 7.5.6).
const MaxTries = 15

const (
	minPINLen    = 4
	paddedPINLen = 16 // a card takes a PIN or PUK padded with 00 to this length, and nothing else
)

// PINLengthError says that a PIN for the card has a length that no reader program could send.
type PINLengthError struct{ Len int }

// Error names the lengths that are allowed.
func (e PINLengthError) Error() string {
	return fmt.Sprintf("a PIN has %d to %d characters, this one has %d", minPINLen, paddedPINLen, e.Len)
}

// Code names one of the codes on a card.
type Code string

// The codes of a card. Not every profile has all of them.
const (
	AuthPIN Code = "auth"
	SignPIN Code = "sign"
	AuthPUK Code = "puk"
	SignPUK Code = "sign-puk"
)

// CodeError says that the card has no such code.
type CodeError struct{ Code Code }

// Error names the codes that there are.
func (e CodeError) Error() string {
	return fmt.Sprintf("the card has no code %q; cards have %s, and some %s, %s or %s", e.Code, AuthPIN, SignPIN, AuthPUK, SignPUK)
}

// pin is one reference PIN on the card: its counter outlives a reset, its verified state does not.
type pin struct {
	code     [paddedPINLen]byte
	limit    int
	left     int
	verified bool
	puk      *pin // unblocks it; nil when nothing does
}

func newPIN(code []byte, limit int) (*pin, error) {
	if len(code) < minPINLen || len(code) > paddedPINLen {
		return nil, PINLengthError{len(code)}
	}
	p := &pin{limit: limit, left: limit}
	copy(p.code[:], code)
	return p, nil
}

// newPINWithPUK makes a PIN that the PUK unblocks. Without a PUK nothing does.
func newPINWithPUK(code, puk []byte, limit int) (*pin, error) {
	p, err := newPIN(code, limit)
	if err != nil || len(puk) == 0 {
		return p, err
	}
	p.puk, err = newPIN(puk, PUKTries)
	return p, err
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

// change answers CHANGE REFERENCE DATA with the old and the new PIN (ISO/IEC 7816-4, 7.5.7; P1 00). The old one counts
// as a VERIFY: wrong it costs a try, right it leaves the PIN verified. A new PIN that cannot be one costs nothing.
func (p *pin) change(p1 byte, data []byte) status {
	switch {
	case p1 != 0:
		return swWrongP1P2
	case p.left == 0:
		return swBlocked
	case len(data) != 2*paddedPINLen:
		return swWrongLength
	case !isPadded(data[paddedPINLen:]):
		return swWrongData
	}
	st := p.verify(data[:paddedPINLen])
	if st == swOK {
		copy(p.code[:], data[paddedPINLen:])
	}
	return st
}

// unblock answers RESET RETRY COUNTER with the PUK and a new PIN (ISO/IEC 7816-4, 7.5.10; P1 00), or with the PUK alone
// (P1 01). A wrong PUK costs one of its tries, and the status tells those. The PIN has to be verified afterwards.
func (p *pin) unblock(p1 byte, data []byte) status {
	length, known := map[byte]int{0x00: 2 * paddedPINLen, 0x01: paddedPINLen}[p1]
	switch {
	case !known:
		return swWrongP1P2
	case p.puk == nil:
		return swReferenceNotFound
	case len(data) != length:
		return swWrongLength
	case length > paddedPINLen && !isPadded(data[paddedPINLen:]):
		return swWrongData
	}
	if st := p.puk.verify(data[:paddedPINLen]); st != swOK {
		return st
	}
	p.puk.verified = false // it opens nothing but this command
	p.left, p.verified = p.limit, false
	copy(p.code[:], data[paddedPINLen:])
	return swOK
}

// isPadded says whether a padded PIN has the length of one, with nothing behind its end.
func isPadded(padded []byte) bool {
	code := bytes.TrimRight(padded, "\x00")
	return len(code) >= minPINLen && !bytes.Contains(code, []byte{0})
}

// setLeft turns the counter of wrong PINs; a PIN whose counter is turned has to be verified anew.
func (p *pin) setLeft(n int) { p.left, p.verified = n, false }
