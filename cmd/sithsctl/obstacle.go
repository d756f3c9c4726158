package main

import (
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// missing is the problem of a snapshot without a card: there is none, or the caller may not see it.
func missing(s apitype.Snapshot) error {
	switch s.Phase {
	case apitype.NoReader:
		return pick(s.Problems, "reader.", apitype.ReaderNone)
	case apitype.NoCard:
		return pick(s.Problems, "card.", apitype.CardNone)
	}
	return &client.Denied{What: "card"}
}

// obstacle returns why asking for a PIN would be useless now, or nil.
func obstacle(s apitype.Snapshot) error {
	switch {
	case s.Card == nil:
		return missing(s)
	case s.Phase == apitype.Refused:
		return about(pick(s.Problems, "", apitype.CardUnreadable), s.Card)
	}
	if n, known := triesOf(s.Card); known && n == 0 {
		return about(&apitype.Problem{Code: apitype.PINBlocked}, s.Card)
	}
	if s.Holder == nil {
		return notTheirs()
	}
	return nil
}

// notTheirs is the problem of a card whose holder the service does not name: only the holder's own user sees the name,
// and nobody else is asked for the PIN.
func notTheirs() error { return &apitype.Problem{Code: apitype.PersonWrongSession} }

// pick returns the first error of the family among problems, else one with the code otherwise.
func pick(problems []apitype.Problem, family string, otherwise apitype.Code) *apitype.Problem {
	for _, p := range problems {
		loud := p.Severity != apitype.Info && p.Severity != apitype.Warning
		if loud && strings.HasPrefix(string(p.Code), family) {
			return &p
		}
	}
	return &apitype.Problem{Code: otherwise}
}

// about is a problem of a card.
func about(p *apitype.Problem, card *apitype.Card) error { return &refused{problem: p, card: card} }
