package vcard

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"strings"
)

// transmitFunc takes a command APDU to its answer; nil is no answer at all.
type transmitFunc func(raw []byte) []byte

// fault is one way in which a card misbehaves. Each part may be absent.
type fault struct {
	name     string
	sign     func(honest signFunc) signFunc         // wraps signing
	transmit func(honest transmitFunc) transmitFunc // wraps every APDU
	card     *Card                                  // answers instead of the card in the reader
}

// faultKind is a row of the registry: how a fault is called and how one is made.
type faultKind struct {
	name  string
	arg   string // what has to follow the name; empty: nothing
	build func(d *Device, arg string) (fault, error)
}

// faultKinds is the registry. A new fault is a new row.
func faultKinds() []faultKind {
	return []faultKind{
		{name: "other-key", build: otherKey},
		{name: "broken-signature", build: brokenSignature},
		{name: "silent", build: silent},
		{name: "swapped", arg: "DIR", build: swapped},
	}
}

// UnknownFaultError says that no fault has this name.
type UnknownFaultError struct{ Name string }

// Error names the faults that there are.
func (e UnknownFaultError) Error() string {
	var known []string
	for _, kind := range faultKinds() {
		known = append(known, strings.TrimSpace(kind.name+" "+kind.arg))
	}
	return fmt.Sprintf("there is no fault %q; there are: %s", e.Name, strings.Join(known, ", "))
}

// FaultArgumentError says that a fault was given an argument that it does not take, or lacks the one that it needs.
type FaultArgumentError struct{ Name, Arg string }

// Error shows how the fault is written.
func (e FaultArgumentError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("write: fault %s %s", e.Name, e.Arg))
}

// newFault makes a fault by its name.
func newFault(d *Device, name, arg string) (fault, error) {
	for _, kind := range faultKinds() {
		if kind.name != name {
			continue
		}
		if (arg == "") != (kind.arg == "") {
			return fault{}, FaultArgumentError{kind.name, kind.arg}
		}
		f, err := kind.build(d, arg)
		if err != nil {
			return fault{}, fmt.Errorf("making fault %s: %w", name, err)
		}
		f.name = name
		return f, nil
	}
	return fault{}, UnknownFaultError{name}
}

// otherKey signs with a key that no certificate on the card belongs to, as a cloned card would.
func otherKey(*Device, string) (fault, error) {
	keys := otherKeys{}
	if _, err := keys.ofSize(minKeyBits); err != nil {
		return fault{}, err
	}
	return fault{sign: func(honest signFunc) signFunc {
		return func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
			other, err := keys.ofSize(keyBits(key))
			if err != nil {
				return nil, err
			}
			return honest(other, a, digest)
		}
	}}, nil
}

// otherKeys holds one fresh key for each length of modulus.
type otherKeys map[int]*rsa.PrivateKey

func (k otherKeys) ofSize(bits int) (*rsa.PrivateKey, error) {
	if key, made := k[bits]; made {
		return key, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("making another key: %w", err)
	}
	k[bits] = key
	return key, nil
}

// brokenSignature flips the last bit of each signature.
func brokenSignature(*Device, string) (fault, error) {
	return fault{sign: func(honest signFunc) signFunc {
		return func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
			signature, err := honest(key, a, digest)
			if err != nil {
				return nil, err
			}
			broken := bytes.Clone(signature)
			broken[len(broken)-1] ^= 1
			return broken, nil
		}
	}}, nil
}

// silent makes the card go mute: it does nothing and answers nothing, while the reader still sees it. A command that
// was met with silence is not answered later either; the reader is freed by taking the card out.
func silent(*Device, string) (fault, error) {
	return fault{transmit: func(transmitFunc) transmitFunc {
		return func([]byte) []byte { return nil }
	}}, nil
}

// swapped lets another card go on in the middle of everything, and the reader never hears of it.
func swapped(d *Device, dir string) (fault, error) {
	card, err := d.cfg.Load(dir)
	if err != nil {
		return fault{}, err
	}
	return fault{card: card}, nil
}
