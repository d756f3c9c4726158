package child

import (
	"crypto/sha256"
	"errors"
	"testing"

	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

const (
	softPUK  = "12345678" // of every token here: the security officer's PIN
	freshPIN = "260947"
)

// softCard is a card of two tokens in software, in one of the two orders.
func softCard(t *testing.T) (*testpki.Card, *P11) {
	t.Helper()
	card, tokens := netID(t)
	keep(t, tokens, false)
	c, _, err := held(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	return card, c
}

// signsAnew opens the card anew and asks whether a PIN is the one of a certificate.
func signsAnew(t *testing.T, pair *testpki.Pair, pin string) error {
	t.Helper()
	c, _, err := held(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, err = c.Sign([]byte(pin), sha256.Sum256(pair.Cert.Raw), []byte("message"))
	return err
}

func TestAModuleOfAnotherMakerChangesThePINOfItsToken(t *testing.T) {
	card, c := softCard(t)
	login := sha256.Sum256(card.Auth.Cert.Raw)
	var wrong *token.PINError
	if err := c.Change(token.Auth, login, []byte("000000"), []byte(freshPIN)); !errors.As(err, &wrong) || wrong.Reason != token.Wrong {
		t.Errorf("a wrong PIN: %v", err)
	}
	if err := c.Change(token.Sign, login, []byte(signPIN), []byte(freshPIN)); err != nil {
		t.Errorf("the code for signatures: %v", err)
	}
	_ = c.Close()
	if err := errors.Join(signsAnew(t, card.Auth, loginPIN), signsAnew(t, card.Sign, freshPIN)); err != nil {
		t.Error(err)
	}
}

func TestAModuleOfAnotherMakerUnblocksAsItsSecurityOfficer(t *testing.T) {
	card, c := softCard(t)
	login := sha256.Sum256(card.Auth.Cert.Raw)
	var wrong *token.PINError
	if err := c.Unblock(token.Auth, login, []byte("87654321"), []byte(freshPIN)); !errors.As(err, &wrong) || wrong.Reason != token.PUKWrong {
		t.Errorf("a wrong PUK: %v", err)
	}
	if err := c.Unblock(token.Auth, login, []byte(softPUK), []byte(freshPIN)); err != nil {
		t.Errorf("the PUK: %v", err)
	}
	_ = c.Close()
	if err := errors.Join(signsAnew(t, card.Auth, freshPIN), signsAnew(t, card.Sign, signPIN)); err != nil {
		t.Error(err)
	}
}
