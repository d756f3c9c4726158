package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

func TestLoginHandsOverWhatWasTypedAndNamesTheHolder(t *testing.T) {
	s := newStage(t, anna(apitype.NeedPIN, 3)).types("482913\r")
	s.agent.result = apitype.PINResult{OK: true}
	if exit := s.run(t, "login"); exit != exitDone {
		t.Fatalf("exit %d: %s", exit, s.err.String())
	}
	if len(s.agent.pins) != 1 || s.agent.pins[0] != "482913" {
		t.Errorf("the service got %q", s.agent.pins)
	}
	if got := s.agent.reqs[0]; got.Insertion != 17 || got.LastTry || got.Unlock != "" {
		t.Errorf("the request was %+v", got)
	}
	if got := s.out.String(); got != "Unlocked: Anna Test\n" {
		t.Errorf("stdout: %q", got)
	}
	if want := "Holder: Anna Test, Skövde kommun\nPIN for Anna Test: \n"; s.tty.out.String() != want {
		t.Errorf("the terminal shows %q, want %q", s.tty.out.String(), want)
	}
}

func TestThePINIsReadWithoutEchoAndTheTerminalIsRestored(t *testing.T) {
	endings := map[string]struct {
		keys string
		exit int
	}{
		"after Enter":                {"482913\r", exitDone},
		"after Ctrl-C":               {"4829\x03", exitFailed},
		"after Ctrl-D":               {"4829\x04", exitFailed},
		"after a hang-up":            {"4829", exitFailed},
		"after an empty line":        {"\r", exitPINWrong},
		"after too many keys":        {strings.Repeat("1", 65) + "\r", exitPINWrong},
		"with corrected typing":      {"48x\x7f2913\r", exitDone},
		"with the line started over": {"999\x15482913\r", exitDone},
	}
	for name, c := range endings {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, anna(apitype.NeedPIN, 3)).types(c.keys)
			s.agent.result = apitype.PINResult{OK: true}
			if exit := s.run(t, "login"); exit != c.exit {
				t.Errorf("exit %d, want %d: %s", exit, c.exit, s.err.String())
			}
			if len(s.tty.readWithEcho) > 0 || s.tty.rawed != 1 || s.tty.restored != 1 || !s.tty.closed {
				t.Errorf("echoed %q, raw %d times, restored %d times, closed %v",
					s.tty.readWithEcho, s.tty.rawed, s.tty.restored, s.tty.closed)
			}
			for _, pin := range s.agent.pins {
				if pin != "482913" {
					t.Errorf("the service got %q", pin)
				}
			}
			if calls := len(s.agent.pins); calls != 1 && c.exit == exitDone || calls != 0 && c.exit != exitDone {
				t.Errorf("the service was asked %d times", calls)
			}
		})
	}
}

func TestARefusedPINIsToldWithTheTriesThatAreLeft(t *testing.T) {
	two := 2
	cases := map[string]struct {
		result apitype.PINResult
		exit   int
		says   string
	}{
		"wrong": {apitype.PINResult{Problem: problem(apitype.PINWrong), Tries: &two}, exitPINWrong,
			"sithsctl: Fel legitimeringskod (PIN). 2 försök kvar. Kontrollera Num Lock"},
		"wrong, on a card that does not count": {apitype.PINResult{Problem: problem(apitype.PINWrong)}, exitPINWrong,
			"sithsctl: Fel legitimeringskod (PIN). Kontrollera Num Lock"},
		"blocked": {apitype.PINResult{Problem: problem(apitype.PINBlocked), Tries: new(int)}, exitPINBlocked,
			"sithsctl: Legitimeringskoden (PIN) är låst. Titta på produktkoden på kortet."},
		"of a revoked card": {apitype.PINResult{Problem: problem(apitype.CertRevoked)}, exitCert,
			"sithsctl: Kortet är spärrat."},
		"without a reason": {apitype.PINResult{}, exitFailed, "[failed]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, anna(apitype.NeedPIN, 3)).types("000000\r")
			s.vars["LANG"] = "sv_SE.UTF-8"
			s.agent.result = c.result
			if exit := s.run(t, "login"); exit != c.exit || !strings.Contains(s.err.String(), c.says) {
				t.Errorf("exit %d, %q; want %d, %q", exit, s.err.String(), c.exit, c.says)
			}
			if len(s.agent.pins) != 1 || s.out.Len() > 0 {
				t.Errorf("asked %d times, stdout %q", len(s.agent.pins), s.out.String())
			}
		})
	}
}

func TestTheLastTryIsSpentOnlyAfterAYes(t *testing.T) {
	cases := map[string]struct {
		lang, line, keys, fd string
		exit                 int
		spent                bool
	}{
		"yes":                              {"", "login", "yes\n482913\r", "", exitDone, true},
		"ja":                               {"sv_SE", "login", "Ja\n482913\r", "", exitDone, true},
		"ja to an English question":        {"", "login", "ja\n482913\r", "", exitPINBlocked, false},
		"no":                               {"", "login", "no\n482913\r", "", exitPINBlocked, false},
		"y":                                {"", "login", "y\n482913\r", "", exitPINBlocked, false},
		"Enter":                            {"", "login", "\n482913\r", "", exitPINBlocked, false},
		"the PIN in place of an answer":    {"", "login", "482913\n", "", exitPINBlocked, false},
		"a hang-up":                        {"", "login", "", "", exitPINBlocked, false},
		"the flag":                         {"", "login --last-try", "482913\r", "", exitDone, true},
		"a script":                         {"", "login --pin-fd 3", "", "482913\n", exitPINBlocked, false},
		"a script that means the last try": {"", "login --pin-fd 3 --last-try", "", "482913\n", exitDone, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, anna(apitype.NeedPIN, 1)).types(c.keys)
			s.vars["LANG"], s.fd = c.lang, c.fd
			s.agent.result = apitype.PINResult{OK: true}
			if exit := s.run(t, c.line); exit != c.exit {
				t.Errorf("exit %d, want %d: %s", exit, c.exit, s.err.String())
			}
			if spent := len(s.agent.reqs) == 1; spent != c.spent || spent && !s.agent.reqs[0].LastTry {
				t.Errorf("the service got %+v", s.agent.reqs)
			}
			if c.exit == exitPINBlocked && !strings.Contains(s.err.String(), "[pin.last-try]") {
				t.Errorf("stderr: %q", s.err.String())
			}
		})
	}
}

func TestFewTriesAreToldBeforeTyping(t *testing.T) {
	for tries, want := range map[int]string{3: "", 2: "2 tries left.", 1: "One try left."} {
		s := newStage(t, anna(apitype.NeedPIN, tries)).types("482913\r")
		s.agent.result = apitype.PINResult{OK: true}
		s.run(t, "login --last-try")
		got := s.tty.out.String()
		if want == "" && strings.Contains(got, "left") || !strings.Contains(got, want) {
			t.Errorf("with %d tries the terminal shows %q", tries, got)
		}
	}
}

func TestLoginAsksForNoPINWhereOneWouldBeUseless(t *testing.T) {
	bare := anna(apitype.NeedPIN, 3)
	bare.Holder = nil
	refusedCard := anna(apitype.Refused, 3)
	refusedCard.Problems = []apitype.Problem{
		{Code: apitype.CertExpiresSoon, Severity: apitype.Warning}, {Code: apitype.CertRevoked, Severity: apitype.Error}}
	deaf := apitype.Snapshot{Phase: apitype.NoReader,
		Problems: []apitype.Problem{{Code: apitype.ReaderServiceDown, Severity: apitype.Error}}}
	cases := map[string]struct {
		state apitype.Snapshot
		exit  int
		code  apitype.Code
	}{
		"no reader":                  {apitype.Snapshot{Phase: apitype.NoReader}, exitNoCard, apitype.ReaderNone},
		"no card service":            {deaf, exitNoCard, apitype.ReaderServiceDown},
		"no card":                    {apitype.Snapshot{Phase: apitype.NoCard}, exitNoCard, apitype.CardNone},
		"a refused card":             {refusedCard, exitCert, apitype.CertRevoked},
		"a card refused unexplained": {anna(apitype.Refused, 3), exitNoCard, apitype.CardUnreadable},
		"a blocked PIN":              {anna(apitype.NeedPIN, 0), exitPINBlocked, apitype.PINBlocked},
		"somebody else's card":       {bare, exitDenied, apitype.PersonWrongSession},
		"somebody else's desktop":    {apitype.Snapshot{Phase: apitype.Unlocked, Card: &apitype.Card{}}, exitDenied, apitype.PersonWrongSession},
		"a card that is not shown":   {apitype.Snapshot{Phase: apitype.NeedPIN}, exitDenied, apitype.SystemDenied},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, c.state).types("482913\r")
			if exit := s.run(t, "login"); exit != c.exit {
				t.Errorf("exit %d, want %d", exit, c.exit)
			}
			if got := s.err.String(); !strings.HasPrefix(got, "sithsctl: ") || !strings.HasSuffix(got, " ["+string(c.code)+"]\n") {
				t.Errorf("stderr: %q, want [%s]", got, c.code)
			}
			if s.tty.rawed > 0 || len(s.agent.pins) > 0 {
				t.Error("a PIN was asked for")
			}
		})
	}
}

func TestLoginSaysSoWhenTheDesktopIsUnlockedAlready(t *testing.T) {
	opened := anna(apitype.Unlocked, 3)
	opened.Holder, opened.Session = nil, &apitype.Session{User: "anna"}
	for want, state := range map[string]apitype.Snapshot{
		"Already unlocked: Anna Test\n": anna(apitype.Unlocked, 3),
		"Already unlocked: anna\n":      opened,
	} {
		s := newStage(t, state).types("482913\r")
		if exit := s.run(t, "login"); exit != exitDone || s.out.String() != want || len(s.agent.pins) > 0 {
			t.Errorf("exit %d, %q, %d PINs; want %q", exit, s.out.String(), len(s.agent.pins), want)
		}
	}
}

func TestLoginWaitsWhileTheCardIsRead(t *testing.T) {
	reopened := anna(apitype.Locked, 3)
	reopened.Holder, reopened.Session = nil, &apitype.Session{User: "anna"}
	s := newStage(t, anna(apitype.Reading, 3), anna(apitype.Reading, 3), anna(apitype.Verifying, 3), reopened,
		anna(apitype.Locked, 3), anna(apitype.NoCard, 3)).types("482913\r")
	s.agent.result = apitype.PINResult{OK: true}
	if exit := s.run(t, "login"); exit != exitDone || len(s.agent.pins) != 1 {
		t.Fatalf("exit %d, %d PINs: %s", exit, len(s.agent.pins), s.err.String())
	}
	if got := s.err.String(); got != "Reading the card …\n" {
		t.Errorf("stderr: %q", got)
	}
}

func TestAnInterruptionWhileWaitingIsACancel(t *testing.T) {
	s := newStage(t, anna(apitype.Reading, 3)).types("")
	s.agent.hang = true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if exit := run(ctx, s.env, []string{"login"}); exit != exitFailed || !strings.Contains(s.err.String(), "[pin.cancelled]") {
		t.Errorf("exit %d: %s", exit, s.err.String())
	}
}

func TestAnInterruptionAtThePromptRestoresTheTerminal(t *testing.T) {
	keys, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	s := newStage(t, anna(apitype.NeedPIN, 3))
	s.tty = &fakeTerminal{keys: keys}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = typed.Write([]byte("4")) // returns when the prompt has read it
		cancel()
	}()
	if exit := run(ctx, s.env, []string{"login"}); exit != exitFailed || !strings.Contains(s.err.String(), "[pin.cancelled]") {
		t.Errorf("exit %d: %s", exit, s.err.String())
	}
	if s.tty.restored != 1 || len(s.agent.pins) > 0 {
		t.Errorf("restored %d times, %d PINs", s.tty.restored, len(s.agent.pins))
	}
}

func TestThePINOfAFileDescriptorEndsAtTheLineOrTheEnd(t *testing.T) {
	cases := map[string]struct {
		content string
		exit    int
		pin     string
	}{
		"a line":                  {"482913\nmore", exitDone, "482913"},
		"no newline":              {"482913", exitDone, "482913"},
		"a Windows line":          {"482913\r\n", exitDone, "482913"},
		"as long as may be":       {strings.Repeat("7", maxPIN), exitDone, strings.Repeat("7", maxPIN)},
		"as long as may be, line": {strings.Repeat("7", maxPIN) + "\n", exitDone, strings.Repeat("7", maxPIN)},
		"too long":                {strings.Repeat("7", maxPIN+1), exitPINWrong, ""},
		"endless":                 {strings.Repeat("7", 1<<20), exitPINWrong, ""},
		"empty":                   {"", exitPINWrong, ""},
		"an empty line":           {"\n482913\n", exitPINWrong, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, anna(apitype.NeedPIN, 3))
			s.fd, s.agent.result = c.content, apitype.PINResult{OK: true}
			if exit := s.run(t, "login --pin-fd 3"); exit != c.exit {
				t.Errorf("exit %d, want %d: %s", exit, c.exit, s.err.String())
			}
			if got := strings.Join(s.agent.pins, ","); got != c.pin {
				t.Errorf("the service got %q, want %q", got, c.pin)
			}
			if c.exit == exitPINWrong && !strings.Contains(s.err.String(), "[pin.length]") {
				t.Errorf("stderr: %q", s.err.String())
			}
		})
	}
}

func TestLoginWithoutATerminalSaysWhatToDo(t *testing.T) {
	s := newStage(t, anna(apitype.NeedPIN, 3))
	if exit := s.run(t, "login"); exit != exitFailed || !strings.Contains(s.err.String(), "--pin-fd") {
		t.Errorf("exit %d: %s", exit, s.err.String())
	}
	s = newStage(t, anna(apitype.NeedPIN, 3)).types("482913\r")
	s.tty.rawErr = errors.New("not a terminal")
	if exit := s.run(t, "login"); exit != exitFailed || len(s.tty.readWithEcho) > 0 || len(s.agent.pins) > 0 {
		t.Errorf("exit %d: a PIN was read although echo could not be turned off", exit)
	}
}

func TestErrorsOfTheServiceKeepTheirCodeAndReference(t *testing.T) {
	cases := map[string]struct {
		err  error
		exit int
		says string
	}{
		"unreachable": {errors.Join(problem(apitype.AgentUnreachable), io.EOF), exitUnreachable, "[agent.unreachable]"},
		"denied":      {&client.Denied{What: "/v1/pin"}, exitDenied, "[system.denied]"},
		"with a reference": {&apitype.Problem{Code: apitype.AuditUnwritable, Ref: "7F3A"}, exitFailed,
			"(reference 7F3A) [audit.unwritable]"},
		"anything else": {errors.New("the moon is full"), exitFailed, "the moon is full [failed]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, anna(apitype.NeedPIN, 3))
			s.agent.err = c.err
			for _, line := range []string{"status", "lock", "card", "audit show", "audit verify", "login --pin-fd 3"} {
				s.err.Reset()
				s.fd = "482913"
				if exit := s.run(t, line); exit != c.exit || !strings.Contains(s.err.String(), c.says) {
					t.Errorf("%s: exit %d, %q; want %d, %q", line, exit, s.err.String(), c.exit, c.says)
				}
			}
		})
	}
}
