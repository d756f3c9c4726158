package vcard

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"strconv"
)

// proofFaults are the faults at the two commands that prove something: the PIN's and the signature's.
func proofFaults() []faultKind {
	return []faultKind{
		{name: "counter", arg: "N", does: "says that N tries are left, whatever is true", build: lyingCounter},
		{name: "other-key", does: "signs with a key that it has no certificate for, as a clone would", build: otherKey},
		{name: "broken-signature", does: "signs with the last bit turned", build: brokenSignature},
		{name: "broken-pss", does: "signs by PSS with the last bit turned, and well by PKCS #1 v1.5", build: brokenPSS},
		{name: "chosen-nonce", does: "signs something else than it was given", build: chosenNonce},
		{name: "replayed", does: "signs once, and shows that signature each time after", build: replayed},
	}
}

// lyingCounter changes every number of tries that VERIFY answers (ISO/IEC 7816-4, 7.5.6: 63Cx).
func lyingCounter(_ *Device, arg string) (fault, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 0 || n > MaxTries {
		return fault{}, errArgument
	}
	return fault{verify: func(honest []byte) []byte {
		if len(honest) != 2 || status(honest[0])<<8|status(honest[1]&0xF0) != swTriesLeft {
			return honest
		}
		return (swTriesLeft | status(n)).appendTo(nil)
	}}, nil
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

// brokenPSS is a card, or a driver, that names a scheme which it does not manage.
func brokenPSS(d *Device, _ string) (fault, error) {
	broken, err := brokenSignature(d, "")
	return fault{sign: func(honest signFunc) signFunc {
		breaking := broken.sign(honest)
		return func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
			if a.pss {
				return breaking(key, a, digest)
			}
			return honest(key, a, digest)
		}
	}}, err
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

// chosenNonce signs a digest of the card's own choice, so that the signature verifies, over something else.
func chosenNonce(*Device, string) (fault, error) {
	return fault{sign: func(honest signFunc) signFunc {
		return func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
			chosen := bytes.Clone(digest)
			chosen[len(chosen)-1] ^= 1
			return honest(key, a, chosen)
		}
	}}, nil
}

// replayed keeps the first signature of each key.
func replayed(*Device, string) (fault, error) {
	given := map[*rsa.PrivateKey][]byte{}
	return fault{sign: func(honest signFunc) signFunc {
		return func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
			if old, signed := given[key]; signed {
				return old, nil
			}
			signature, err := honest(key, a, digest)
			if err == nil {
				given[key] = signature
			}
			return signature, err
		}
	}}, nil
}
