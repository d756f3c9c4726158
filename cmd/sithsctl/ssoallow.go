package main

import (
	"context"
	"flag"
	"path"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// buildSSOAllow says yes to the question that stands, with the card's code where that is wanted.
func buildSSOAllow(fs *flag.FlagSet) action {
	fd := fs.Int("pin-fd", noFD, "N")
	lastTry := fs.Bool("last-try", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		s, err := e.asked(ctx)
		if err != nil {
			return err
		}
		if s.Consent.PIN {
			l := &login{env: e, fd: *fd, lastTry: *lastTry, consent: s.Consent.ID}
			err = l.give(ctx, s)
		} else {
			err = e.agent().Consent(ctx, apitype.ConsentAnswer{ID: s.Consent.ID, Allow: true})
		}
		if err != nil {
			return err
		}
		return e.println(e.say(text.CtlSSOYes))
	}
}

// buildSSODeny says no to the question that stands.
func buildSSODeny(*flag.FlagSet) action {
	return func(ctx context.Context, e *env, _ []string) error {
		s, err := e.asked(ctx)
		if err != nil {
			return err
		}
		if err := e.agent().Consent(ctx, apitype.ConsentAnswer{ID: s.Consent.ID}); err != nil {
			return err
		}
		return e.println(e.say(text.CtlSSONo))
	}
}

// asked shows the question that stands, and returns the state that it is part of.
func (e *env) asked(ctx context.Context) (apitype.Snapshot, error) {
	s, err := e.agent().Snapshot(ctx)
	if err != nil {
		return s, err
	}
	if s.Consent == nil {
		return s, e.failed(text.CtlSSONoQuestion)
	}
	program := path.Base(s.Consent.Program)
	if s.Consent.Program == "" {
		program = e.say(text.CtlSSOUnknownProgram, s.Consent.PID)
	}
	return s, e.println(e.say(text.CtlSSOQuestion, clean(program), clean(strings.Join(s.Consent.Systems, ", "))))
}
