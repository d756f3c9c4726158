package child

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/identity"
	"siths-agent/internal/carddeck"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/siths"
)

// every is how many cards of the matrix there are to one that is put into SoftHSM.
const every = 29

// whoIsWho is an identifier that trusts the deck's authorities and knows its people.
func whoIsWho(t *testing.T, deck *carddeck.Deck) *identity.Identifier {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "trust")
	if err := deck.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	cfg := identity.Config{Environment: identity.Test, Anchors: []string{dir}, MinimumLoA: 3, Table: siths.Table{}, Issuers: siths.Table{},
		Revocation: identity.Require, Sources: []identity.Source{identity.FromAccounts}, Accounts: map[string]string{},
		Lookup: func(name string) (identity.Account, error) { return identity.Account{Name: name}, nil }}
	for _, row := range testpki.Policies() {
		cfg.Table[row.OID] = siths.Rule{LoA: row.LoA, Identity: siths.Identity(row.Identity), Carrier: siths.Carrier(row.Carrier)}
	}
	for _, row := range deck.Issuers() {
		cfg.Issuers[row.Name] = siths.Rule{LoA: row.LoA, Identity: siths.Identity(row.Identity), Carrier: siths.Carrier(row.Carrier)}
	}
	for _, id := range carddeck.IDs() {
		cfg.Accounts[id] = "anna"
	}
	who, err := identity.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// inNetID lays a card out as Net iD does: a token for each PIN, the certificates without keys on the second. It returns
// nothing for a card with something on it that is no certificate.
func inNetID(deal carddeck.Deal) []softToken {
	tokens := []softToken{
		{"SITHS e-id kort (Legitimering)", loginPIN, nil},
		{"SITHS e-id kort (Underskrift)", signPIN, nil},
	}
	for i, pair := range deal.Pairs {
		at := &tokens[0]
		if pair.Cert.KeyUsage == x509.KeyUsageContentCommitment {
			at = &tokens[1]
		}
		if pair.Cert.PublicKey == nil {
			return nil
		}
		at.objects = append(at.objects, object{id: fmt.Sprintf("Identification%c", 'C'+i), cert: pair.Cert, key: pair.Key})
	}
	for i, der := range deal.Alone {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil
		}
		tokens[1].objects = append(tokens[1].objects, object{id: fmt.Sprintf("Issuer%d", i), cert: cert})
	}
	return tokens
}

func TestTheRightKeySignsOnCardsInTheLayoutOfNetID(t *testing.T) {
	deck, err := carddeck.New(11, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	deals, err := deck.Some(false, every)
	if err != nil {
		t.Fatal(err)
	}
	who := whoIsWho(t, deck)
	cards, accepted, longest := 0, 0, 0
	for i, deal := range deals {
		tokens := inNetID(deal)
		if tokens == nil {
			continue
		}
		keep(t, tokens, i%2 == 0)
		bits, opened := signsAsWanted(t, who, deal)
		if cards++; opened {
			accepted++
		}
		longest = max(longest, bits)
	}
	t.Logf("%d cards, %d accepted, the longest key of %d bits", cards, accepted, longest)
	if accepted < 3 || longest <= 2048 {
		t.Error("that is too few to tell anything")
	}
}

// signsAsWanted reads the card in SoftHSM, holds who is found against what is right, and has the right key sign.
func signsAsWanted(t *testing.T, who *identity.Identifier, deal carddeck.Deal) (bits int, accepted bool) {
	t.Helper()
	c, info, err := held(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	person, err := who.Identify(t.Context(), info.Certs)
	if refused, ok := errors.AsType[*identity.Refusal](err); ok || deal.Want.Code != "" {
		if !ok || refused.Code != deal.Want.Code {
			t.Errorf("%s: %v, want %s", deal.Name, err, deal.Want.Code)
		}
		return 0, false
	}
	if err != nil || person.HSAID != deal.Want.HSAID || string(person.Carrier) != deal.Want.Carrier {
		t.Errorf("%s: %s on %s, %v", deal.Name, person.HSAID, person.Carrier, err)
		return 0, false
	}
	sig, err := c.Sign([]byte(loginPIN), sha256.Sum256(person.Certificate.Raw), []byte("statement"))
	if err == nil {
		err = person.VerifySignature([]byte("statement"), sig)
	}
	if err != nil {
		t.Errorf("%s: %v", deal.Name, err)
	}
	return 8 * len(sig), true
}
