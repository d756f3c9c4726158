package e2e

import (
	"testing"

	"siths-agent/agent/apitype"
)

// stacks are ways in which an administrator may put other modules behind ours. None lets in without the card.
func stacks() map[string][]string {
	return map[string][]string{
		"required, then permit":     {"auth required MODULE", "auth required pam_permit.so"},
		"requisite, then permit":    {"auth requisite MODULE", "auth required pam_permit.so"},
		"sufficient, then deny":     {"auth sufficient MODULE", "auth required pam_deny.so"},
		"done or ignored, and deny": {"auth [success=done default=ignore] MODULE", "auth required pam_deny.so"},
		"what PAM_IGNORE opens":     {"auth [success=ok ignore=ignore default=bad] MODULE", "auth required pam_permit.so"},
	}
}

// situation is what the module can meet, what is typed then, and whether that lets in.
type situation struct {
	prepare func(*world)
	user    string
	typed   string
	opens   bool
}

func situations() map[string]situation {
	nothing := func(*world) {}
	return map[string]situation{
		"the right PIN":        {nothing, "anna", pin, true},
		"a short PIN":          {nothing, "anna", "1", false},
		"no PIN":               {nothing, "anna", "", false},
		"another's card":       {nothing, "bob", pin, false},
		"no such account":      {nothing, "carol", pin, false},
		"a card not mapped":    {func(w *world) { w.forgetPeople() }, "anna", pin, false},
		"no PC/SC service":     {func(w *world) { w.Readers.Kill(); w.awaitDown() }, "anna", pin, false},
		"no service of ours":   {func(w *world) { w.Service.Kill() }, "anna", pin, false},
		"a login that is open": {func(w *world) { w.Unlock() }, "anna", pin, true},
	}
}

func TestNoStackLetsInWithoutTheCard(t *testing.T) {
	for name, s := range situations() {
		t.Run(name, func(t *testing.T) {
			w := open(t, plan{})
			w.InsertAnna()
			s.prepare(w)
			for shape, lines := range stacks() {
				w.stack(lines...)
				r := w.pamtester(attempt{user: s.user, typed: s.typed + "\n"})
				if (r.Code == 0) != s.opens {
					t.Errorf("%s: pamtester ended with %d:\n%s", shape, r.Code, said(r))
				}
			}
		})
	}
}

// forgetPeople takes every account away from every card.
func (w *world) forgetPeople() {
	w.t.Helper()
	w.configure("accounts.toml", "[accounts]\n")
	w.Must(w.Service.Reload())
	s := w.AwaitPhase(apitype.Refused)
	if problem(s, apitype.PersonUnmapped) == nil {
		w.t.Fatalf("the snapshot says %+v", s.Problems)
	}
}

func TestALockerThatRunsAsItsUserIsServed(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	w.wantPAM(w.pam(attempt{as: "anna", typed: pin + "\n"}), pamSuccess)
	s := w.AwaitPhase(apitype.Unlocked)
	if s.Session == nil || s.Session.User != "anna" {
		t.Errorf("the session is %+v", s.Session)
	}
	w.WantVerify(card, 1)
}
