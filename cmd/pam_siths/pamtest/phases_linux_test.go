package pamtest

import (
	"maps"
	"strings"
	"testing"
)

func TestEachPhaseAnswersAsThePAMGuideAsks(t *testing.T) {
	p := scripted(t, programs.plain, "hello", yes)
	cases := map[string]struct {
		words []string
		want  map[string]int
	}{
		"everything after a proof": {
			[]string{"auth", "acct", "setcred", "open", "close"},
			map[string]int{"auth": Success, "acct": Success, "setcred": Success, "open": Success, "close": Success},
		},
		"nothing was proved here": {
			[]string{"acct", "setcred", "open", "close"},
			map[string]int{"acct": AuthErr, "setcred": Success, "open": Success, "close": Success},
		},
		"the user is another one than proved": {
			[]string{"auth", "user=beda", "acct", "open"},
			map[string]int{"auth": Success, "acct": AuthErr, "open": Success},
		},
		"a later refusal takes the proof back": {
			[]string{"auth", "user=beda", "auth", "user=anna", "acct"},
			map[string]int{"auth": AuthErr, "acct": AuthErr},
		},
		"the password is not ours to change": {
			[]string{"chauthtok"},
			map[string]int{"chauthtok": SystemErr},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if o := Run(t, p.Driver(service, "anna", c.words...)); !maps.Equal(o.Codes, c.want) {
				t.Errorf("got %v, want %v", o.Codes, c.want)
			}
		})
	}
}

func TestOpeningASessionTellsTheAgentWhichOneTheCardOpened(t *testing.T) {
	cases := map[string]struct {
		words  []string
		called string
	}{
		"after a proof":                {[]string{"env=XDG_SESSION_ID=c7", "auth", "open"}, "mode=session|user=anna|service=siths|tty=|lang=en|socket=|wait=0|session=c7|"},
		"without a session of logind":  {[]string{"auth", "open"}, "mode=auth|"},
		"without a proof":              {[]string{"env=XDG_SESSION_ID=c7", "open"}, ""},
		"for another user than proved": {[]string{"env=XDG_SESSION_ID=c7", "auth", "user=beda", "open"}, "mode=auth|"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", yes)
			alone(t, p, "wait=9")
			write(t, p.Helper()+".hello", "")
			cmd := p.Driver(service, "anna", c.words...)
			cmd.Env = []string{"LANG=C"}
			if got := Run(t, cmd).Codes["open"]; got != Success {
				t.Errorf("got PAM code %d", got)
			}
			if got := strings.ReplaceAll(read(t, p.Helper()+".hello"), "\x00", "|"); !strings.HasPrefix(got, c.called) || (c.called == "") != (got == "") {
				t.Errorf("the helper was told %q, want %q", got, c.called)
			}
		})
	}
}

func TestASessionIsNeverRefused(t *testing.T) {
	for name, script := range hostileScripts() {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", yes)
			p.Service(t, service, "auth required MODULE", "session required MODULE")
			broken := scripted(t, programs.plain, script...)
			p.Service(t, service, "auth required MODULE", "session required "+broken.Module())
			o := Run(t, p.Driver(service, "anna", "env=XDG_SESSION_ID=c1", "auth", "open"))
			if o.Codes["auth"] != Success || o.Codes["open"] != Success || len(o.Marks) > 0 {
				t.Errorf("got %v, marks %q", o.Codes, o.Marks)
			}
		})
	}
}

func TestAnOptionThatIsNotKnownFailsClosed(t *testing.T) {
	for _, bad := range []string{
		"debug", "use_first_pass", "socket=", "socket=relative", "socket=/" + strings.Repeat("x", 107), "wait=", "wait=-1",
		"wait=601", "wait=1s", "wait= 1", "wait=99999999999999999999", "user=", "user=anna", "user=CARD", "wait", "user=card2",
	} {
		t.Run(bad, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", yes)
			alone(t, p, "["+bad+"]")
			wantCode(t, p, SystemErr, "anna")
			if exists(p.Helper() + ".hello") {
				t.Error("the helper was started")
			}
		})
	}
}

func TestEachKnownOptionIsTaken(t *testing.T) {
	for _, good := range []string{"wait=00", "socket=/s", "socket=/" + strings.Repeat("x", 106), "wait=0", "wait=600", "user=card", "user=card wait=1 socket=/s"} {
		t.Run(good, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", yes)
			alone(t, p, good)
			wantCode(t, p, Success, "anna")
		})
	}
}
