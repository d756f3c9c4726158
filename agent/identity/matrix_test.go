package identity

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/carddeck"
	"siths-agent/pcsc/siths"
)

// place makes the identifier of a place where the deck's cards are used. Both environments' roots are trusted there.
func place(t *testing.T, deck *carddeck.Deck, dir string, environment Environment) *Identifier {
	t.Helper()
	cfg := configFor(dir)
	cfg.Environment, cfg.Issuers, cfg.Accounts = environment, siths.Table{}, map[string]string{}
	for _, row := range deck.Issuers() {
		cfg.Issuers[row.Name] = siths.Rule{LoA: row.LoA, Identity: siths.Identity(row.Identity), Carrier: siths.Carrier(row.Carrier)}
	}
	for _, id := range carddeck.IDs() {
		cfg.Accounts[id] = "anna"
	}
	cfg.Sources = []Source{FromAccounts}
	return newIdentifier(t, cfg)
}

func TestTheRightCertificateIsChosenOnEveryCardOfTheMatrix(t *testing.T) {
	deck, err := carddeck.New(4, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	var deals []carddeck.Deal
	for _, production := range []bool{false, true} {
		dealt, err := deck.All(production)
		if err != nil {
			t.Fatal(err)
		}
		deals = append(deals, dealt...)
	}
	dir := filepath.Join(t.TempDir(), "trust")
	if err := deck.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	places := map[bool]*Identifier{false: place(t, deck, dir, Test), true: place(t, deck, dir, Production)}
	counts := map[apitype.Code]int{}
	for _, deal := range deals {
		counts[deal.Want.Code]++
		checkDeal(t, places[deal.Production], deal)
	}
	if len(deals) < 500 {
		t.Errorf("only %d cards", len(deals))
	}
	t.Logf("%d cards, %d accepted, %d refused", len(deals), counts[""], len(deals)-counts[""])
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		if code != "" {
			t.Logf("%4d refused: %s", counts[code], code)
		}
	}
}

// checkDeal holds what is said of a card against what is right.
func checkDeal(t *testing.T, i *Identifier, deal carddeck.Deal) {
	t.Helper()
	got, err := i.Identify(t.Context(), deal.Certs)
	code := apitype.Code("")
	if err != nil {
		refused := wantRefusal(t, err, deal.Want.Code)
		code, got = refused.Code, refused.Person
	}
	want := deal.Want
	if code != want.Code || got.HSAID != want.HSAID {
		t.Errorf("%s (production: %v): %q of %q, want %q of %q (%v)", deal.Name, deal.Production, code, got.HSAID, want.Code, want.HSAID, err)
		return
	}
	if want.Cert != nil && !bytes.Equal(deal.Certs[got.CertIndex], want.Cert) {
		t.Errorf("%s: another certificate is chosen than the right one", deal.Name)
	}
	if code == "" && (got.LoA != want.LoA || string(got.Carrier) != want.Carrier) {
		t.Errorf("%s: level %d on %q, want %d on %q", deal.Name, got.LoA, got.Carrier, want.LoA, want.Carrier)
	}
}
