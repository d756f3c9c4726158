package vcard

import (
	"crypto/rsa"
	"encoding/hex"
	"fmt"
)

// Profile names the kind of card that a virtual card behaves as.
type Profile string

// The profiles of the command line.
const (
	IDPrime Profile = "idprime"
	PKCS15  Profile = "pkcs15"
)

// ProfileError says that there is no such profile.
type ProfileError struct{ Profile Profile }

// Error says what can be used instead.
func (e ProfileError) Error() string {
	return fmt.Sprintf("there is no profile %q; use %q or %q", e.Profile, IDPrime, PKCS15)
}

// TriesError says that a counter of PIN tries is out of range.
type TriesError struct{ Tries int }

// Error names the range.
func (e TriesError) Error() string {
	return fmt.Sprintf("PIN tries are a number from 0 to %d, not %d", MaxTries, e.Tries)
}

// Options say how a card behaves. The PINs are copied.
type Options struct {
	Profile Profile // empty: IDPrime
	PIN     []byte  // 4 to 16 bytes; guards the authentication key
	SignPIN []byte  // of profiles that have a PIN for signatures; IDPrime's one PIN guards every key
	PUK     []byte  // unblocks the PIN, 4 to 16 bytes; empty: nothing does
	SignPUK []byte  // unblocks the PIN for signatures, of profiles that have one; empty: nothing does
	Tries   int     // wrong PINs in a row that block the card; 0: DefaultTries
}

// personality is what differs between kinds of cards: the files, the PINs and the commands.
type personality interface {
	reset() // a new power-up: nothing selected, nothing verified
	execute(command) ([]byte, status)
	authPIN() *pin
	signPIN() *pin // nil when the authentication PIN guards every key
	setSigner(signFunc)
	showing(*Content) (personality, error) // a copy with the same codes and other content
}

// Card is one virtual card, apart from any reader. It is not safe for concurrent use.
type Card struct {
	personality
	id      [idLen]byte
	content *Content
	pending []byte // of an answer that was longer than Le, for GET RESPONSE
}

// New makes a card with the given keys and certificates. It returns a ProfileError, a TriesError, a PINLengthError
// or a ContentError when that cannot be.
func New(content *Content, o Options) (*Card, error) {
	if o.Tries == 0 {
		o.Tries = DefaultTries
	}
	if o.Tries < 0 || o.Tries > MaxTries {
		return nil, TriesError{o.Tries}
	}
	p, err := newPersonality(content, o)
	if err != nil {
		return nil, err
	}
	p.reset()
	return &Card{personality: p, id: content.ID, content: content}, nil
}

func newPersonality(content *Content, o Options) (personality, error) {
	switch o.Profile {
	case IDPrime, "":
		return newIDPrime(content, o)
	case PKCS15:
		return newPKCS15(content, o)
	}
	return nil, ProfileError{o.Profile}
}

// ATR returns the answer to reset (ISO/IEC 7816-3, 8.2) that the card wears, a SITHS-like one.
func (c *Card) ATR() []byte {
	return []byte{0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x59, 0x56, 0xFB, 0x12, 0x0F, 0xFE, 0x82, 0x90, 0x00}
}

// Reset puts the card in the state after power-up: no PIN is verified and no file selected. PIN counters stay.
func (c *Card) Reset() {
	c.pending = nil
	c.reset()
}

// Tries returns how many tries the authentication PIN has left.
func (c *Card) Tries() int { return c.authPIN().left }

// SetTries sets how many tries the authentication PIN has left, 0 blocks it. It returns a TriesError.
func (c *Card) SetTries(n int) error { return c.SetTriesOf(AuthPIN, n) }

// SetTriesOf sets how many tries a code has left, 0 blocks it. It returns a TriesError or a CodeError.
func (c *Card) SetTriesOf(name Code, n int) error {
	if n < 0 || n > MaxTries {
		return TriesError{n}
	}
	code := c.code(name)
	if code == nil {
		return CodeError{name}
	}
	code.setLeft(n)
	return nil
}

// TriesOf returns how many tries a code has left, or nil when the card has no such code.
func (c *Card) TriesOf(name Code) *int {
	code := c.code(name)
	if code == nil {
		return nil
	}
	left := code.left
	return &left
}

// code finds a code of the card, nil when it has none of this name.
func (c *Card) code(name Code) *pin {
	switch name {
	case AuthPIN:
		return c.authPIN()
	case AuthPUK:
		return c.authPIN().puk
	}
	sign := c.signPIN()
	switch {
	case sign == nil:
		return nil
	case name == SignPIN:
		return sign
	case name == SignPUK:
		return sign.puk
	}
	return nil
}

// Verified tells whether the authentication PIN was verified since the last reset.
func (c *Card) Verified() bool { return c.authPIN().verified }

// Transmit takes one command APDU, short or extended, and returns the answer, which always ends with two status
// bytes (ISO/IEC 7816-4, 5.1). It gives up to Le bytes at once; what is left waits for GET RESPONSE.
func (c *Card) Transmit(raw []byte) []byte {
	cmd, st := parseCommand(raw)
	if st == swOK {
		st = checkClass(cmd.cla)
	}
	switch {
	case st != swOK:
		return st.appendTo(nil)
	case cmd.ins == insGetResponse:
		return c.more(cmd)
	}
	c.pending = nil
	data, st := c.execute(cmd)
	return c.answer(data, st, orMax(cmd.ne, maxShortNe))
}

// answer sends what Le allows and keeps the rest (ISO/IEC 7816-4, 5.1.3: 61xx). An absent Le allows what a short one
// can: the ATR offers T=0 alone, where a command with data has no room for Le (ISO/IEC 7816-3, 10.3.2), and asking for
// the answer with a GET RESPONSE each time would make the card slower than those it stands for, which speak T=1.
func (c *Card) answer(data []byte, st status, ne int) []byte {
	if len(data) <= ne {
		return st.appendTo(data[:len(data):len(data)])
	}
	c.pending = data[ne:]
	left := min(len(c.pending), maxShortNe)
	return (swMoreData | status(left&0xFF)).appendTo(data[:ne:ne])
}

// more answers GET RESPONSE (ISO/IEC 7816-4, 7.6.1).
func (c *Card) more(cmd command) []byte {
	switch {
	case cmd.p1p2() != 0:
		return swWrongP1P2.appendTo(nil)
	case len(cmd.data) > 0 || cmd.ne == 0:
		return swWrongLength.appendTo(nil)
	case len(c.pending) == 0:
		return swConditions.appendTo(nil)
	}
	data := c.pending
	c.pending = nil
	return c.answer(data, swOK, cmd.ne)
}

// number is the card's number as people see it.
func (c *Card) number() string { return hex.EncodeToString(c.id[:]) }

// keyBits returns the length of a key's modulus in bits.
func keyBits(key *rsa.PrivateKey) int { return key.N.BitLen() }
