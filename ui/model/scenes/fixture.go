package scenes

import (
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
)

// Anna returns what Anna's own programs see with her card in.
func Anna(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := apitype.Snapshot{V: 1, Phase: phase, Agent: apitype.Agent{Version: "1.0.0"},
		Reader: &apitype.Reader{Name: "Virtual PCD 00 00", State: "card"},
		Card: &apitype.Card{Insertion: 17, Kind: "IDPrime", Number: "…9469", Product: "6XX", Unlock: "puk-letter",
			PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: 3}, Sign: &apitype.PINState{Tries: 3}}},
		Holder: &apitype.Holder{Name: "Anna Test", HSAID: "SE2321000131-P000000000001", Org: "Skövde kommun", LoA: 3, Carrier: "card",
			Account: "anna", NotAfter: time.Date(2028, 11, 21, 12, 0, 0, 0, time.UTC),
			Revocation: &apitype.Revocation{Result: "good", Source: "crl", AgeS: 3 * 60 * 60}}}
	for _, c := range codes {
		s.Problems = append(s.Problems, health.Problem(c, ""))
	}
	if phase == apitype.Unlocked {
		s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked"}
	}
	return s
}

// Bare returns what a program sees that may not see whose card is in.
func Bare(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := Anna(phase, codes...)
	s.Holder, s.Session, s.Card.PIN, s.Card.Unlock, s.Card.Product, s.Card.Number = nil, nil, nil, "", "", ""
	return s
}

// Empty returns a snapshot without a card.
func Empty(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := Bare(phase, codes...)
	s.Card, s.Reader = nil, nil
	return s
}

// With returns a snapshot with a change.
func With(s apitype.Snapshot, change func(*apitype.Snapshot)) apitype.Snapshot {
	change(&s)
	return s
}

// Tries leaves so many tries of the PIN.
func Tries(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) { s.Card.PIN.Auth.Tries = n }
}

// LocksIn sets a countdown of so many seconds going.
func LocksIn(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) {
		s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked", LocksInS: n}
	}
}

// Asked has a program ask for the card.
func Asked(code bool, program string) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) {
		s.Consent = &apitype.Consent{ID: "q1", Program: program, PID: 4711, Systems: []string{"Lifecare"}, PIN: code}
	}
}
