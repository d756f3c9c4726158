package main

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// blocked is anna's card with its PIN blocked.
func blocked() apitype.Snapshot {
	s := anna(apitype.Refused, 0)
	s.Problems = []apitype.Problem{*problem(apitype.PINBlocked)}
	return s
}

func TestAPersonChangesAPINWithoutEcho(t *testing.T) {
	for line, c := range map[string]struct {
		keys string
		want apitype.CareRequest
		pins []string
		said text.CtlWord
	}{
		"card pin change":             {"482913\r135790\r135790\r", apitype.CareRequest{Insertion: 17}, []string{"482913", "135790"}, text.CtlPINChanged},
		"card pin change --sign":      {"654321\r135790\r135790\r", apitype.CareRequest{Insertion: 17, Sign: true}, []string{"654321", "135790"}, text.CtlSignChanged},
		"card pin unblock":            {"12345678\r135790\r135790\r", apitype.CareRequest{Insertion: 17, Unblock: true}, []string{"12345678", "135790"}, text.CtlPINUnblocked},
		"card pin unblock --sign":     {"12345678\r135790\r135790\r", apitype.CareRequest{Insertion: 17, Unblock: true, Sign: true}, []string{"12345678", "135790"}, text.CtlSignUnblocked},
		"card pin change --pin-fd 3":  {"", apitype.CareRequest{Insertion: 17}, []string{"482913", "135790"}, text.CtlPINChanged},
		"card pin unblock --pin-fd 3": {"", apitype.CareRequest{Insertion: 17, Unblock: true}, []string{"482913", "135790"}, text.CtlPINUnblocked},
	} {
		for _, phase := range []apitype.Phase{apitype.NeedPIN, apitype.Unlocked, apitype.Locked} {
			s := newStage(t, anna(phase, 3)).types(c.keys)
			s.fd, s.vars["LANG"] = "482913\n135790\n", "sv_SE.UTF-8"
			s.agent.result.OK = true
			if code := s.run(t, line); code != exitDone || !strings.Contains(s.out.String(), text.Ctl(text.SV, c.said)) {
				t.Errorf("%s: exit %d, %q %q", line, code, s.out.String(), s.err.String())
			}
			if !slices.Equal(s.agent.pins, c.pins) || !slices.Equal(s.agent.cares, []apitype.CareRequest{c.want}) {
				t.Errorf("%s: the service got %q, %+v", line, s.agent.pins, s.agent.cares)
			}
			if len(s.tty.readWithEcho) != 0 || s.tty.rawed != s.tty.restored {
				t.Errorf("%s: with echo on came %q", line, s.tty.readWithEcho)
			}
		}
	}
}

func TestABlockedCardIsUnblockedAndNotChanged(t *testing.T) {
	s := newStage(t, blocked()).types("12345678\r135790\r135790\r")
	s.agent.result.OK = true
	if code := s.run(t, "card pin unblock"); code != exitDone {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
	s = newStage(t, blocked()).types("")
	if code := s.run(t, "card pin change"); code != exitPINBlocked || s.agent.cares != nil {
		t.Errorf("exit %d, the service got %+v", code, s.agent.cares)
	}
	strange := blocked()
	strange.Holder = nil
	s = newStage(t, strange).types("")
	if code := s.run(t, "card pin unblock"); code != exitDenied || s.agent.cares != nil {
		t.Errorf("exit %d for another's card", code)
	}
}

func TestNewPINsThatDifferReachNobody(t *testing.T) {
	s := newStage(t, anna(apitype.NeedPIN, 3)).types("482913\r135790\r135791\r")
	if code := s.run(t, "card pin change"); code != exitFailed || s.agent.cares != nil {
		t.Errorf("exit %d, the service got %+v", code, s.agent.cares)
	}
	if !strings.Contains(s.err.String(), text.Ctl(text.EN, text.CtlPINsDiffer)) {
		t.Errorf("it says %q", s.err.String())
	}
}

func TestWhatIsEasyToGuessIsSaidAndNotRefused(t *testing.T) {
	for pin, easy := range map[string]bool{"111111": true, "123456": true, "987654": true, "890123": true, "135790": false, "112233": false, "482913": false} {
		s := newStage(t, anna(apitype.NeedPIN, 3)).types("482913\r" + pin + "\r" + pin + "\r")
		s.agent.result.OK = true
		if code := s.run(t, "card pin change"); code != exitDone {
			t.Errorf("%s: exit %d", pin, code)
		}
		if got := strings.Contains(s.tty.out.String(), text.Ctl(text.EN, text.CtlEasyPIN)); got != easy {
			t.Errorf("%s: warned %v", pin, got)
		}
	}
}

func TestTheLastTryOfAChangeIsAskedFor(t *testing.T) {
	s := newStage(t, anna(apitype.NeedPIN, 1)).types("no\n")
	if code := s.run(t, "card pin change"); code != exitPINBlocked || s.agent.cares != nil {
		t.Errorf("exit %d, the service got %+v", code, s.agent.cares)
	}
	s = newStage(t, anna(apitype.NeedPIN, 1)).types("yes\n482913\r135790\r135790\r")
	s.agent.result.OK = true
	if code := s.run(t, "card pin change"); code != exitDone || !s.agent.cares[0].LastTry {
		t.Errorf("exit %d, the service got %+v", code, s.agent.cares)
	}
	last := anna(apitype.NeedPIN, 3)
	last.Card.PIN.Sign = &apitype.PINState{Tries: 1}
	s = newStage(t, last)
	if code := s.run(t, "card pin change --sign --pin-fd 3"); code != exitPINBlocked || s.agent.cares != nil {
		t.Errorf("exit %d, the service got %+v", code, s.agent.cares)
	}
	s = newStage(t, anna(apitype.NeedPIN, 1))
	if code := s.run(t, "card pin change --pin-fd 3"); code != exitPINBlocked || s.agent.cares != nil {
		t.Errorf("exit %d, the service got %+v", code, s.agent.cares)
	}
}

func TestHowACareFailsIsTheExitCode(t *testing.T) {
	for code, want := range map[apitype.Code]int{
		apitype.PINWrong: exitPINWrong, apitype.PINSame: exitPINWrong, apitype.PUKWrong: exitPINWrong, apitype.PINLength: exitPINWrong,
		apitype.PINBlocked: exitPINBlocked, apitype.PUKBlocked: exitPINBlocked, apitype.PINUnsupported: exitFailed, apitype.CardNone: exitNoCard,
	} {
		s := newStage(t, anna(apitype.NeedPIN, 3))
		s.fd = "482913\n135790\n"
		s.agent.result = apitype.PINResult{Problem: problem(code), Tries: new(2)}
		if got := s.run(t, "card pin change --pin-fd 3"); got != want || !strings.Contains(s.err.String(), "["+string(code)+"]") {
			t.Errorf("%s: exit %d: %s", code, got, s.err.String())
		}
	}
}

func TestHalfAVerbSaysHowItGoesOn(t *testing.T) {
	s := newStage(t, anna(apitype.NeedPIN, 3))
	if code := s.run(t, "card pin"); code != exitUsage || !strings.Contains(s.err.String(), "card pin change|unblock") {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
}

func TestABlockedPINNamesTheWayOfItsProduct(t *testing.T) {
	for _, route := range []string{"puk-letter", "administrator", "replace", ""} {
		card := blocked()
		card.Card.Unlock = route
		s := newStage(t, card)
		if code := s.run(t, "login --pin-fd 3"); code != exitPINBlocked || !strings.Contains(s.err.String(), text.Unlock(text.EN, route)) {
			t.Errorf("login, %q: exit %d: %s", route, code, s.err.String())
		}
		s.vars["LANG"] = "sv_SE.UTF-8"
		if code := s.run(t, "status"); code != exitDone || !strings.Contains(s.out.String(), text.Unlock(text.SV, route)) {
			t.Errorf("status, %q: exit %d: %s", route, code, s.out.String())
		}
	}
}
