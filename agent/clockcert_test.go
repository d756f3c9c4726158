package agent

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/siths"
)

// judgement is what becomes of a good PIN when the clock is set while the card waits; empty: it unlocks.
type judgement struct {
	by   time.Duration
	code apitype.Code
}

// judgements are of a certificate from two days ago to in three years, with lists of two hours ago for two days. Setting
// a clock takes a machine to root, who needs no card: these are for clocks that are wrong by accident.
func judgements() []judgement {
	return []judgement{
		{5 * time.Second, ""}, {-5 * time.Second, ""}, {time.Hour, ""}, {-time.Hour, ""}, {day, ""},
		{-day, apitype.CertRevocationUnknown}, // the lists are from the future
		{3 * day, apitype.CertRevocationUnknown},
		{-3 * day, apitype.CertNotYetValid},
		{4 * year, apitype.CertExpired},
		{10 * year, apitype.CertExpired},
	}
}

func believedAboutCertificates(t *testing.T) {
	begin := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) // where a bubble's time begins (testing/synctest)
	pki, err := testpki.New(testpki.Options{Clock: func() time.Time { return begin }})
	if err != nil {
		t.Fatal(err)
	}
	issued, err := pki.IssueCard(testpki.Person{Begins: -2 * day, Ends: 3 * year})
	if err != nil {
		t.Fatal(err)
	}
	trust := trustIn(t, pki)
	for _, j := range judgements() {
		t.Run("by "+j.by.String(), func(t *testing.T) {
			inSteppedWorld(t, func(s *stepped) {
				card := newCard(string(issued.Auth.Cert.Raw))
				card.key = issued.Auth.Key
				s.a.parts.Who = identifierAt(t, trust, issued.Person.HSAID, s.now)
				id := s.insert(card)
				s.wantPhase(apitype.NeedPIN)
				s.step(j.by)
				if j.code == "" {
					s.login(anna, id)
					return
				}
				wantRefused(t, s.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), j.code)
				if n := card.verifications(); n != 0 {
					t.Errorf("%d PINs went to the card", n)
				}
			})
		})
	}
}

func trustIn(t *testing.T, pki *testpki.PKI) string {
	t.Helper()
	dir := t.TempDir()
	err := pki.WriteTrust(dir)
	for _, id := range testpki.IDs() {
		if err == nil {
			_, err = pki.WriteCRL(dir, id, testpki.CRL{Age: 2 * time.Hour})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// identifierAt is the real who-is-who, which knows one person, at the time of a clock.
func identifierAt(t *testing.T, trust, hsaID string, clock func() time.Time) *identity.Identifier {
	t.Helper()
	table := siths.Table{}
	for _, p := range testpki.Policies() {
		table[p.OID] = siths.Rule{LoA: p.LoA, Identity: siths.Identity(p.Identity), Carrier: siths.Carrier(p.Carrier)}
	}
	who, err := identity.New(identity.Config{
		Environment: identity.Test, Anchors: []string{trust}, MinimumLoA: 3, Table: table, Revocation: identity.Require,
		Sources: []identity.Source{identity.FromAccounts}, Accounts: map[string]string{hsaID: "anna"}, Clock: clock,
		Lookup: func(name string) (identity.Account, error) {
			return identity.Account{Name: name, UID: 1000, HasUID: true}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return who
}
