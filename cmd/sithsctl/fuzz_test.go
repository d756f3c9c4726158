package main

import (
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stall"
)

// FuzzCommandLine feeds arguments, environment and what the service says: the exit code is one of the contract's, and
// nothing that could rewrite the screen is printed.
func FuzzCommandLine(f *testing.F) {
	for _, seed := range []string{"", "status", "status\x00--json", "login\x00--pin-fd\x000", "login\x00--pin-fd\x00-1\x00--last-try", "card\x00pin\x00change",
		"--socket\x00\x00lock", "policy\x00check\x00--config\x00/nonexistent", "help", "--\x00-", "completion\x00bash", "audit\x00show"} {
		f.Add(seed, "sv_SE.UTF-8", "/run/x", "Anna Test", "482913\n")
	}
	f.Add("status", "", "", "A\x1b[2J\u202e\nB", "")
	f.Fuzz(func(t *testing.T, line, lang, socket, name, typed string) {
		args := strings.Split(line, "\x00")
		if strings.Contains(line, "watch") || strings.Contains(line, "config") {
			return // the one has no end, the other reads the machine's files
		}
		s := newStage(t, apitype.Snapshot{V: 1, Phase: apitype.NeedPIN, Card: &apitype.Card{Insertion: 1, Kind: name, Number: name},
			Holder: &apitype.Holder{Name: name, Org: name, Account: name}, Problems: []apitype.Problem{{Code: apitype.Code(name)}}})
		s.fd, s.vars = typed, map[string]string{"LANG": lang, "SITHS_AGENT_SOCKET": socket}
		clock := stall.Begin()
		code := run(t.Context(), s.env, args)
		if code < 0 || code > exitCert || clock.Took() > time.Second {
			t.Errorf("%q ended with %d", args, code)
		}
		if strings.ContainsAny(s.out.String(), "\x1b\u202e") && !strings.Contains(line, "completion") {
			t.Errorf("%q printed %q", args, s.out.String())
		}
		if len(s.agent.pins) > 1 {
			t.Errorf("%q gave %d PINs", args, len(s.agent.pins))
		}
	})
}
