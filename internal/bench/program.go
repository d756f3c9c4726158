package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/miekg/pkcs11"
)

// The words that have this program play one of the person's, which has to do with the card so often, or until it is
// refused: WORD MODULE ROUNDS [PIN].
const (
	programWord = "program" // signs
	askWord     = "ask"     // asks whether its session is good
)

// played is what a program of the person's has found out.
type played struct {
	Millis sample    // of each signature
	Last   time.Time // when it had the last of them
	Ended  time.Time // when it was refused for the first time; zero: it was not
}

// play does what a word says with the card that a module shows.
func play(word string, args []string, out io.Writer) error {
	if len(args) < 2 {
		return errors.New("which module, and how often?")
	}
	rounds, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	m := pkcs11.New(args[0])
	if m == nil {
		return fmt.Errorf("%s is no module", args[0])
	}
	if err := m.Initialize(); err != nil {
		return err
	}
	session, key, err := openKey(m, args[2:])
	if err != nil {
		return err
	}
	if word == askWord {
		return json.NewEncoder(out).Encode(askAgain(m, session, rounds))
	}
	return json.NewEncoder(out).Encode(signAgain(m, session, key, rounds))
}

// openKey finds the first key of the first card, after the PIN if there is one.
func openKey(m *pkcs11.Ctx, pin []string) (s pkcs11.SessionHandle, key pkcs11.ObjectHandle, err error) {
	slots, err := m.GetSlotList(true)
	if err == nil && len(slots) == 0 {
		err = errors.New("there is no card")
	}
	if err != nil {
		return 0, 0, err
	}
	if s, err = m.OpenSession(slots[0], pkcs11.CKF_SERIAL_SESSION); err != nil {
		return 0, 0, err
	}
	if len(pin) > 0 {
		if err := m.Login(s, pkcs11.CKU_USER, pin[0]); err != nil {
			return 0, 0, err
		}
	}
	if err := m.FindObjectsInit(s, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY)}); err != nil {
		return 0, 0, err
	}
	keys, _, err := m.FindObjects(s, 1)
	if err == nil && len(keys) == 0 {
		err = errors.New("there is no key")
	}
	if err != nil {
		return 0, 0, err
	}
	return s, keys[0], m.FindObjectsFinal(s)
}

// sha256Info is what stands before a digest in DigestInfo (RFC 8017, 9.2 note 1).
const sha256Info = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

func signAgain(m *pkcs11.Ctx, s pkcs11.SessionHandle, key pkcs11.ObjectHandle, rounds int) (p played) {
	for n := range rounds {
		digest := sha256.Sum256([]byte(strconv.Itoa(n)))
		begun := time.Now()
		err := m.SignInit(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil)}, key)
		if err == nil {
			_, err = m.Sign(s, append([]byte(sha256Info), digest[:]...))
		}
		if err != nil {
			p.Ended = time.Now()
			return p
		}
		p.Last = time.Now()
		p.Millis = append(p.Millis, millis(p.Last.Sub(begun)))
	}
	return p
}

func askAgain(m *pkcs11.Ctx, s pkcs11.SessionHandle, rounds int) (p played) {
	for range rounds {
		if _, err := m.GetSessionInfo(s); err != nil {
			p.Ended = time.Now()
			return p
		}
	}
	return p
}
