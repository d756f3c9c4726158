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
		return pick(s.Problems, "", apitype.CardUnreadable)
	}
	if n, known := triesOf(s.Card); known && n == 0 {
		return &apitype.Problem{Code: apitype.PINBlocked}
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
func pick(problems []apitype.Problem, family string, otherwise apitype.Code) error {
	for _, p := range problems {
		loud := p.Severity != apitype.Info && p.Severity != apitype.Warning
		if loud && strings.HasPrefix(string(p.Code), family) {
			return &p
		}
	}
	return &apitype.Problem{Code: otherwise}
}
