package pamtest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const yes = "frame R Sanna"

func TestASuccessThatTheHelperSaysAndExitsWellWithLetsTheUserIn(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "ask 1 PIN: ", yes, "exit 0")
	o := wantCode(t, p, Success, "anna", "type=123456")
	if want := []Message{{1, "PIN: "}}; !reflect.DeepEqual(o.Messages, want) {
		t.Errorf("got messages %v, want %v", o.Messages, want)
	}
	if got := read(t, p.Helper()+".answers"); got != "A \"123456\"\n" {
		t.Errorf("the helper got %q", got)
	}
}

func TestEachResultLetterIsItsPAMCode(t *testing.T) {
	cases := map[string]int{
		"A": AuthErr, "M": MaxTries, "I": AuthinfoUnavail, "U": UserUnknown, "E": SystemErr,
		"": SystemErr, "Z": SystemErr, "s": SystemErr, "0": SystemErr, "S": AuthErr, "Sbeda": AuthErr, "SAnna": AuthErr,
	}
	for result, want := range cases {
		t.Run("result "+result, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", "frame R "+result)
			wantCode(t, p, want, "anna")
		})
	}
}

func TestTheHelloTellsWhatTheHelperNeedsToKnow(t *testing.T) {
	cases := map[string]struct {
		locale map[string]string
		lang   string
	}{
		"Swedish":                       {map[string]string{"LANG": "sv_SE.UTF-8"}, "sv"},
		"nothing set":                   {nil, "en"},
		"LC_ALL before LANG":            {map[string]string{"LC_ALL": "C", "LANG": "sv_SE.UTF-8"}, "en"},
		"LC_MESSAGES before LANG":       {map[string]string{"LC_MESSAGES": "sv_SE", "LANG": "en_GB"}, "sv"},
		"an empty variable says little": {map[string]string{"LC_ALL": "", "LANG": "sv_SE"}, "sv"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", yes)
			alone(t, p, "socket=/run/x.sock", "wait=7")
			cmd := p.Driver(service, "anna", "tty=tty2", "auth")
			cmd.Env = []string{}
			for k, v := range c.locale {
				cmd.Env = append(cmd.Env, k+"="+v)
			}
			if got := Run(t, cmd).Codes["auth"]; got != Success {
				t.Errorf("got PAM code %d", got)
			}
			want := "mode=auth|user=anna|service=siths|tty=tty2|lang=" + c.lang + "|socket=/run/x.sock|wait=7|session=|"
			if got := strings.ReplaceAll(read(t, p.Helper()+".hello"), "\x00", "|"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestAHelperThatDoesNotKeepToTheProtocolIsASystemError(t *testing.T) {
	for name, script := range hostileScripts() {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, script...)
			wantCode(t, p, SystemErr, "anna", "type=1", "type=2", "type=3")
		})
	}
}

// hostileScripts are ways for the helper to be broken, each of which must never be taken for a yes.
func hostileScripts() map[string][]string {
	return map[string][]string{
		"garbage":                              {"hello", "raw 00ff13374141414141414141"},
		"a frame of the largest length":        {"hello", "raw 31ffff", "hang"},
		"a result of the largest length":       {"hello", "raw 52ffff53616e6e61", "hang"},
		"a text one byte too long":             {"hello", "frame 4 " + strings.Repeat("x", 1025), yes},
		"half a head":                          {"hello", "raw 5200"},
		"half a result":                        {"hello", "raw 52000553616e"},
		"a result with NUL in the account":     {"hello", "raw 52000753616e6e610078"},
		"a success and exit 1":                 {"hello", yes, "exit 1"},
		"a success and exit 255":               {"hello", yes, "exit 255"},
		"a success and a panic":                {"hello", yes, "panic"},
		"a success and death by a signal":      {"hello", yes, "kill"},
		"a success and then another frame":     {"hello", yes, "frame 4 more"},
		"a refusal and then a success":         {"hello", "frame R A", yes},
		"a success twice":                      {"hello", yes, yes},
		"a success for a name that is too big": {"hello", "frame R S" + strings.Repeat("a", 300)},
		"no result":                            {"hello", "exit 0"},
		"nothing at all":                       {"exit 0"},
		"a panic":                              {"hello", "panic"},
		"death by a signal":                    {"hello", "kill"},
		"a thousand prompts":                   {"hello", "times 1000 ask 1 PIN: ", yes},
		"a thousand messages":                  {"hello", "times 1000 frame 4 hi", yes},
		"a kind that does not exist":           {"hello", "frame 5 x", yes},
		"a kind before the first":              {"hello", "frame 0 x", yes},
		"the module's own kind":                {"hello", "frame A 123456", yes},
		"a socket closed without a result":     {"hello", "closed", "exit 0"},
	}
}

func TestNoExitStatusAloneLetsAnybodyIn(t *testing.T) {
	t.Parallel()
	p := scripted(t, programs.plain, "hello", "count")
	for status := range 256 {
		if got := Run(t, p.Driver(service, "anna", "auth")).Codes["auth"]; got != SystemErr {
			t.Errorf("exit status %d without a result: got PAM code %d", status, got)
		}
	}
	if got := read(t, p.Helper()+".count"); got != "256" {
		t.Errorf("the helper ran %s times", got)
	}
}

func TestOnlyExitStatusZeroMakesASuccess(t *testing.T) {
	t.Parallel()
	p := scripted(t, programs.plain, "hello", yes, "count")
	for status := range 256 {
		want := SystemErr
		if status == 0 {
			want = Success
		}
		if got := Run(t, p.Driver(service, "anna", "auth")).Codes["auth"]; got != want {
			t.Errorf("success and exit status %d: got PAM code %d, want %d", status, got, want)
		}
	}
}

func TestAPromptThatGetsNoAnswerIsCancelled(t *testing.T) {
	cases := map[string]struct {
		words []string
		want  string
	}{
		"the application refuses":           {[]string{"refuse"}, "C \"\"\n"},
		"the application answers with NULL": {[]string{"null"}, "C \"\"\n"},
		"nobody answers any more":           {nil, "C \"\"\n"},
		"an empty answer is an answer":      {[]string{"type="}, "A \"\"\n"},
		"bytes that are no text":            {[]string{"type=\x01\xff\xfe"}, "A \"\\x01\\xff\\xfe\"\n"},
		"the longest answer that PAM knows": {[]string{"type=" + strings.Repeat("9", 512)}, fmt.Sprintf("A %q\n", strings.Repeat("9", 512))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{"1", "2"} {
				p := scripted(t, programs.plain, "hello", "ask "+kind+" ? ", "frame R A")
				wantCode(t, p, AuthErr, "anna", c.words...)
				if got := read(t, p.Helper()+".answers"); got != c.want {
					t.Errorf("kind %s: the helper got %q, want %q", kind, got, c.want)
				}
			}
		})
	}
}

func TestAnAnswerBeyondPAMsLimitIsASystemError(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "ask 1 PIN: ", yes)
	wantCode(t, p, SystemErr, "anna", "type="+strings.Repeat("9", 513))
}

func TestMessagesReachThePersonInTheirStyle(t *testing.T) {
	script := []string{"hello", "frame 4 två försök kvar", "frame 3 fel %s%n", "ask 2 skriv ja: ", "frame R A"}
	said := []Message{{4, "två försök kvar"}, {3, "fel %s%n"}, {2, "skriv ja: "}}
	t.Run("all of them", func(t *testing.T) {
		o := wantCode(t, scripted(t, programs.plain, script...), AuthErr, "anna", "type=ja")
		if !reflect.DeepEqual(o.Messages, said) {
			t.Errorf("got %v, want %v", o.Messages, said)
		}
	})
	t.Run("only the questions where the application wants silence", func(t *testing.T) {
		o := wantCode(t, scripted(t, programs.plain, script...), AuthErr, "anna", "silent", "type=ja")
		if !reflect.DeepEqual(o.Messages, said[2:]) {
			t.Errorf("got %v, want %v", o.Messages, said[2:])
		}
	})
}
