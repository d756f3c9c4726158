package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/ui/text"
)

// configure writes a file beside the policy file.
func (w *world) configure(name, content string) {
	w.t.Helper()
	w.Must(os.WriteFile(filepath.Join(filepath.Dir(w.Service.Config()), name), []byte(content), 0o644))
}

// brokenPolicy is a drop-in that cannot be used, with what the message has to name.
type brokenPolicy struct {
	content string
	names   []string
}

func brokenPolicies() map[string]brokenPolicy {
	return map[string]brokenPolicy{
		"an unknown key":        {"[card]\n\nmodulse = []\n", []string{"60-bad.toml:3", "card.modulse", "did you mean card.modules"}},
		"an unknown table":      {"[carrd]\nmodules = []\n", []string{"60-bad.toml:", "carrd"}},
		"broken TOML":           {"[card]\nmodules = [\"x.so\"\n", []string{"60-bad.toml:", "not valid TOML"}},
		"a value not allowed":   {"[session]\non_removal = \"explode\"\n", []string{"60-bad.toml:2", "session.on_removal", "lock"}},
		"a value of other kind": {"[trust]\nminimum_loa = \"three\"\n", []string{"60-bad.toml:2", "trust.minimum_loa"}},
		"no revocation in production": {"[trust]\nenvironment = \"production\"\n[revocation]\nmode = \"off\"\n",
			[]string{"60-bad.toml:", "revocation.mode", "production"}},
	}
}

func TestTheServiceDoesNotStartOnABrokenPolicy(t *testing.T) {
	w := open(t, plan{NoReader: true})
	w.Must(w.Service.Stop())
	for name, broken := range brokenPolicies() {
		w.configure("agent.toml.d/60-bad.toml", broken.content)
		err := w.Service.Start()
		if err == nil {
			t.Fatalf("%s: the service started", name)
		}
		for _, want := range broken.names {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not named in %v", name, want, err)
			}
		}
	}
}

func TestABrokenPolicyIsRefusedAndTheOldOneStays(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	bad := "agent.toml.d/60-bad.toml"
	for name, broken := range brokenPolicies() {
		w.configure(bad, broken.content)
		w.Must(w.Service.Reload())
		s := w.Await(name+" to be told", func(s apitype.Snapshot) bool { return problem(s, apitype.ConfigInvalid) != nil })
		ref := problem(s, apitype.ConfigInvalid).Ref
		row := w.AwaitRow("the refused policy", func(e audit.Entry) bool { return e.Event == audit.PolicyRefused && e.Ref == ref })
		for _, want := range broken.names {
			if !strings.Contains(row.Reason, want) {
				t.Errorf("%s: %q is not named in %q", name, want, row.Reason)
			}
		}
		for _, lang := range langs() {
			w.wantText(w.ctl("", lang, "", "status"), text.Problem(lang, apitype.ConfigInvalid).Headline)
		}
		w.Must(os.Remove(filepath.Join(filepath.Dir(w.Service.Config()), bad)))
		w.Must(w.Service.Reload())
		w.Await("the good policy to be taken", func(s apitype.Snapshot) bool {
			return problem(s, apitype.ConfigInvalid) == nil && s.Phase == apitype.NeedPIN
		})
	}
	w.configure(bad, "[nonsense]\n")
	w.Must(w.Service.Reload())
	w.Await("the last one to be told", func(s apitype.Snapshot) bool { return problem(s, apitype.ConfigInvalid) != nil })
	w.wantPAM(w.pam(attempt{typed: pin + "\n"}), pamSuccess)
	w.WantVerify(card, 1)
}

func TestANewPolicyIsTakenWithoutARestart(t *testing.T) {
	w := open(t, plan{})
	w.InsertAnna()
	pid := w.Service.PID()
	w.configure("accounts.toml", fmt.Sprintf("[accounts]\n%q = \"bob\"\n", annasID))
	w.Must(w.Service.Reload())
	w.Await("the card to be bob's", func(s apitype.Snapshot) bool { return s.Holder != nil && s.Holder.Account == "bob" })
	w.wantPAM(w.pam(attempt{typed: pin + "\n"}), pamAuthErr)
	w.wantPAM(w.pam(attempt{user: "bob", typed: pin + "\n"}), pamSuccess)
	if s := w.Snapshot(); s.Agent.PID != pid {
		t.Errorf("process %d became %d", pid, s.Agent.PID)
	}
}

func TestPolicyCheckNamesWhatTheServiceWould(t *testing.T) {
	w := open(t, plan{NoReader: true})
	for name, broken := range brokenPolicies() {
		w.configure("agent.toml.d/60-bad.toml", broken.content)
		r := w.ctl("", text.EN, "", "policy", "check", "--config", w.Service.Config())
		if r.Code != ctlFailed {
			t.Errorf("%s: ended with %d", name, r.Code)
		}
		w.wantText(r, broken.names[:2]...)
	}
}
