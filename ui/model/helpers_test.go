package model

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

func langs() []text.Lang { return []text.Lang{text.SV, text.EN} }

func phases() []apitype.Phase {
	return []apitype.Phase{apitype.NoReader, apitype.NoCard, apitype.Reading, apitype.NeedPIN,
		apitype.Verifying, apitype.Unlocked, apitype.Locked, apitype.Refused}
}

// anna is what Anna's own programs see with her card in.
func anna(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
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

// bare is what a program sees that may not see whose card is in.
func bare(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := anna(phase, codes...)
	s.Holder, s.Session, s.Card.PIN, s.Card.Unlock, s.Card.Product, s.Card.Number = nil, nil, nil, "", "", ""
	return s
}

// empty is a snapshot without a card.
func empty(phase apitype.Phase, codes ...apitype.Code) apitype.Snapshot {
	s := bare(phase, codes...)
	s.Card, s.Reader = nil, nil
	return s
}

// with changes a snapshot.
func with(s apitype.Snapshot, change func(*apitype.Snapshot)) apitype.Snapshot {
	change(&s)
	return s
}

func tries(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) { s.Card.PIN.Auth.Tries = n }
}

func locksIn(n int) func(*apitype.Snapshot) {
	return func(s *apitype.Snapshot) {
		s.Session = &apitype.Session{ID: "c1", User: "anna", State: "unlocked", LocksInS: n}
	}
}

// words is all that a screen shows, a text a line.
func words(s Screen) []string {
	out := append([]string{s.Title, s.Tray.Tooltip, string(s.Code), s.Ref}, s.Body...)
	for _, r := range s.Rows {
		out = append(out, r.Label, r.Value)
	}
	for _, b := range s.Buttons {
		out = append(out, b.Label)
	}
	for _, f := range s.Fields {
		out = append(out, f.Label)
	}
	if s.Later != nil {
		out = append(out, s.Later.Line)
	}
	return append(out, labels(s.Tray.Menu)...)
}

func labels(items []Item) []string {
	var out []string
	for _, i := range items {
		out = append(append(out, i.Label), labels(i.Items)...)
	}
	return out
}

// sound checks what holds for each screen.
func sound(t *testing.T, s Screen) {
	t.Helper()
	if s.ID == "" || s.Title == "" || len(s.Body) == 0 || s.Body[0] == "" || s.Icon == "" || len(s.Tray.Menu) < 5 {
		t.Errorf("a screen that says nothing: %+v", s)
	}
	if s.Severity != apitype.Info && s.Severity != apitype.Warning && s.Severity != apitype.Error {
		t.Errorf("%s: severity %q", s.ID, s.Severity)
	}
	answered(t, s)
	for _, w := range words(s) {
		if strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsPrint(r) || r == '<' || r == '>' }) || utf8.RuneCountInString(w) > 330 {
			t.Errorf("%s: shows %q", s.ID, w)
		}
	}
	if n := len(utf16.Encode([]rune(s.Tray.Tooltip))); n == 0 || n > longTip {
		t.Errorf("%s: a tooltip of %d units", s.ID, n)
	}
}

// answered checks that Enter and Esc do one thing each, and that only what can be typed is asked.
func answered(t *testing.T, s Screen) {
	t.Helper()
	enter, esc := 0, 0
	for _, b := range s.Buttons {
		if b.ID == "" || b.Label == "" {
			t.Errorf("%s: an empty button", s.ID)
		}
		if b.Default {
			enter++
		}
		if b.Cancel {
			esc++
		}
		if b.Cancel && b.ID != DoCancel && b.ID != DoClose {
			t.Errorf("%s: Esc does %s", s.ID, b.ID)
		}
	}
	if enter != 1 || esc != 1 {
		t.Errorf("%s: %d buttons for Enter, %d for Esc", s.ID, enter, esc)
	}
	if typing := s.Ask == AskPIN || s.Ask == AskChange || s.Ask == AskUnblock; typing != (len(s.Fields) > 0) {
		t.Errorf("%s: asks %q with %d fields", s.ID, s.Ask, len(s.Fields))
	}
}
