package main

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

// asksAnna is the state while Anna is asked.
func asksAnna(pin bool) apitype.Snapshot {
	s := anna(apitype.Unlocked, 3)
	s.Consent = &apitype.Consent{ID: "q1", Program: "/usr/bin/ssh", PID: 42, Systems: []string{"Lifecare"}, PIN: pin}
	return s
}

func TestAQuestionIsShownAndAnsweredByItsID(t *testing.T) {
	for verb, allow := range map[string]bool{"allow": true, "deny": false} {
		s := newStage(t, asksAnna(false))
		if exit := s.run(t, "sso "+verb); exit != exitDone {
			t.Errorf("%s: exit %d: %s", verb, exit, s.err.String())
		}
		if !slices.Equal(s.agent.answers, []apitype.ConsentAnswer{{ID: "q1", Allow: allow}}) || len(s.agent.pins) != 0 {
			t.Errorf("%s: %+v", verb, s.agent.answers)
		}
		if out := s.out.String(); !strings.HasPrefix(out, "May ssh use your card for Lifecare?\n") {
			t.Errorf("%s: %q", verb, out)
		}
	}
}

func TestAYesThatTakesTheCodeIsTheCode(t *testing.T) {
	s := newStage(t, asksAnna(true)).types("482913\r")
	s.agent.result = apitype.PINResult{OK: true}
	if exit := s.run(t, "sso allow"); exit != exitDone {
		t.Errorf("exit %d: %s", exit, s.err.String())
	}
	if len(s.agent.answers) != 0 || len(s.agent.reqs) != 1 || s.agent.reqs[0].Consent != "q1" || s.agent.reqs[0].Insertion != 17 {
		t.Errorf("%+v, %+v", s.agent.answers, s.agent.reqs)
	}
	s = newStage(t, asksAnna(true)).types("000000\r")
	s.agent.result = apitype.PINResult{Problem: &apitype.Problem{Code: apitype.PINWrong}}
	if exit := s.run(t, "sso allow"); exit != exitPINWrong {
		t.Errorf("with a wrong code: exit %d", exit)
	}
}

func TestWithoutAQuestionThereIsNothingToSay(t *testing.T) {
	s := newStage(t, anna(apitype.Unlocked, 3))
	if exit := s.run(t, "sso allow"); exit != exitFailed || len(s.agent.answers) != 0 {
		t.Errorf("exit %d, %+v", exit, s.agent.answers)
	}
}
