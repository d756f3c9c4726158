package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

func buildStatus(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		s, err := e.agent().Snapshot(ctx)
		if err != nil {
			return err
		}
		if *asJSON {
			return e.printJSON(s)
		}
		return e.printStatus(s)
	}
}

func (e *env) printStatus(s apitype.Snapshot) error {
	if err := e.println(text.Phase(e.lang, s.Phase)); err != nil {
		return err
	}
	t := e.table()
	t.holder(s.Holder)
	t.reader(s.Reader)
	t.card(s.Card)
	t.validity(s.Holder)
	t.session(s.Session)
	if err := t.flush(); err != nil {
		return err
	}
	return e.printProblems(s.Problems, s.Card)
}

func (t *table) holder(h *apitype.Holder) {
	if h == nil {
		return
	}
	t.row(text.CtlHolder, nameAndOrg(h))
	t.row(text.CtlAccount, h.Account)
	t.row(text.CtlCarrier, text.Carrier(t.env.lang, h.Carrier))
}

func nameAndOrg(h *apitype.Holder) string {
	if h.Org == "" {
		return h.Name
	}
	return h.Name + ", " + h.Org
}

func (t *table) reader(r *apitype.Reader) {
	if r == nil {
		return
	}
	name := r.Name
	if r.State == "empty" {
		name += " (" + t.env.say(text.CtlEmpty) + ")"
	}
	t.row(text.CtlReader, name)
}

func (t *table) card(c *apitype.Card) {
	if c == nil {
		return
	}
	t.row(text.CtlCard, c.Number)
	if n, known := triesOf(c); known {
		t.row(text.CtlTries, strconv.Itoa(n))
	}
}

func (t *table) validity(h *apitype.Holder) {
	if h == nil {
		return
	}
	if !h.NotAfter.IsZero() {
		t.row(text.CtlNotAfter, t.env.until(h))
	}
	if r := h.Revocation; r != nil {
		t.row(text.CtlRevocation, t.env.revocation(r))
	}
}

// soonDays is from how many days before its end that is said in words too.
const soonDays = 60

// until is the last day, and in words how near that is.
func (e *env) until(h *apitype.Holder) string {
	date := h.NotAfter.Local().Format("2006-01-02")
	if h.DaysLeft == nil || *h.DaysLeft > soonDays {
		return date
	}
	return date + ". " + text.Expires(e.lang, *h.DaysLeft)
}

func (t *table) session(s *apitype.Session) {
	if s == nil {
		return
	}
	row := s.ID + " (" + s.User + ")"
	if s.LocksInS > 0 {
		row += ", " + t.env.say(text.CtlLocksIn, s.LocksInS)
	}
	t.row(text.CtlSession, row)
}

func (e *env) revocation(r *apitype.Revocation) string {
	out := text.Revocation(e.lang, r.Result)
	if r.Source != "" {
		out += fmt.Sprintf(" (%s, %d s)", r.Source, r.AgeS)
	}
	return out
}

func (e *env) printProblems(problems []apitype.Problem, card *apitype.Card) error {
	for _, p := range problems {
		line := e.severity(p.Severity) + ": " + e.problemText(about(&p, card), &p) + " [" + string(p.Code) + "]"
		if err := e.println(line); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) severity(s apitype.Severity) string {
	switch s {
	case apitype.Info:
		return e.say(text.CtlSeverityInfo)
	case apitype.Warning:
		return e.say(text.CtlSeverityWarning)
	}
	return e.say(text.CtlSeverityError)
}

// triesOf returns the tries left of the authentication code, where the card tells.
func triesOf(c *apitype.Card) (int, bool) {
	if c == nil || c.PIN == nil || c.PIN.Auth == nil {
		return 0, false
	}
	return c.PIN.Auth.Tries, true
}

// signTriesOf is triesOf of the code for signatures.
func signTriesOf(c *apitype.Card) (int, bool) {
	if c == nil || c.PIN == nil || c.PIN.Sign == nil {
		return 0, false
	}
	return c.PIN.Sign.Tries, true
}
