package verbs

import (
	"context"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
)

// Explain tells whether a program of that user, or of anybody when of is nil, would be let in.
func (v *Verbs) Explain(ctx context.Context, of *uint32, name string, req apitype.ExplainRequest) (apitype.Explanation, error) {
	s, err := v.status(name)
	if err != nil {
		return apitype.Explanation{}, err
	}
	e := apitype.Explanation{V: apitype.Version, System: name, Title: s.Title, Rule: v.o.File(name), Why: Shown(s).Why}
	login, _, open := v.o.Broker.Present()
	if !open {
		e.Why = apitype.PINNeeded
	}
	c, err := v.program(ctx, of, login, req)
	if err != nil {
		e.Checks = []apitype.Check{{What: "process", Seen: ""}}
		return e, nil
	}
	if of != nil && c.UID != *of {
		return apitype.Explanation{}, coded(apitype.SystemDenied)
	}
	x := v.o.Broker.Explain(c, name)
	e.Allowed, e.Checks = x.Allowed, checksOf(x)
	return e, nil
}

// program is the one that is asked about. Without one, it is one of whoever has logged in that nothing is known of.
func (v *Verbs) program(ctx context.Context, of *uint32, login broker.Login, req apitype.ExplainRequest) (broker.Caller, error) {
	uid := login.UID
	if of != nil {
		uid = *of
	}
	switch {
	case req.PID != 0:
		return v.o.Callers.Running(ctx, req.PID)
	case req.Program != "":
		return v.o.Callers.Stored(ctx, req.Program, uid, login.Session), nil
	}
	return broker.Caller{UID: uid, Session: login.Session}, nil
}

// checksOf are the conditions under their names of the local API. Of those that ask for no value none is told. What was seen
// of a consent is the other system whose rule asks.
func checksOf(x broker.Explanation) []apitype.Check {
	var all []apitype.Check
	for _, c := range x.Conditions {
		check := apitype.Check{What: c.Name, Wanted: c.Want, Seen: c.Seen, Met: c.Met}
		if c.Name == "tier" {
			check.Wanted, check.Seen = []string{"T" + c.Want[0]}, "T"+c.Seen
		}
		all = append(all, check)
	}
	for _, a := range x.Asks {
		check := apitype.Check{What: "consent", Wanted: []string{string(a.Consent)}, Met: true}
		if a.System != x.System {
			check.Seen = a.System
		}
		all = append(all, check)
	}
	return all
}
