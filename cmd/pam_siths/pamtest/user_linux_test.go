package pamtest

import (
	"strings"
	"testing"
)

func TestAUserNameThatIsNoNameIsRefusedBeforeTheHelperRuns(t *testing.T) {
	cases := map[string]string{
		"a line feed":          "root\n",
		"a terminal's escape":  "an\x1bna",
		"a delete":             "anna\x7f",
		"300 bytes":            strings.Repeat("a", 300),
		"one byte over":        strings.Repeat("a", 257),
		"a tab before the end": "anna\t",
	}
	for name, user := range cases {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", "frame R S"+user)
			wantCode(t, p, AuthErr, user)
			if exists(p.Helper() + ".hello") {
				t.Error("the helper was started")
			}
		})
	}
}

func TestTheLongestUserNameIsTaken(t *testing.T) {
	user := strings.Repeat("å", 128)
	p := scripted(t, programs.plain, "hello", "frame R S"+user)
	wantCode(t, p, Success, user)
}

func TestAUserThatTheApplicationChangesDuringThePromptIsRefused(t *testing.T) {
	for name, other := range map[string]string{"another": "root", "another case": "Anna", "a longer one": "anna2"} {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", "ask 1 PIN: ", yes)
			o := wantCode(t, p, AuthErr, "anna", "switch="+other)
			if o.User != other {
				t.Errorf("the user is %q, so the switch was not tried", o.User)
			}
		})
	}
}

func TestAUserThatIsChangedToWhatTheCardProvesIsStillRefused(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "ask 1 PIN: ", yes)
	wantCode(t, p, AuthErr, "beda", "switch=anna")
}

func TestWithoutAUserTheApplicationIsAskedForOne(t *testing.T) {
	t.Run("and gives it", func(t *testing.T) {
		p := scripted(t, programs.plain, "hello", yes)
		if o := wantCode(t, p, Success, "-", "type=anna"); o.User != "anna" {
			t.Errorf("the user is %q", o.User)
		}
	})
	t.Run("and refuses", func(t *testing.T) {
		p := scripted(t, programs.plain, "hello", yes)
		wantCode(t, p, AuthErr, "-", "refuse")
	})
}

func TestTheCardNamesTheUserOnlyWhereTheApplicationHasNone(t *testing.T) {
	cases := map[string]struct {
		user   string
		words  []string
		script string
		code   int
		final  string
	}{
		"no user, a good card":              {"-", []string{"type=1"}, yes, Success, "anna"},
		"an empty user, a good card":        {"", []string{"type=1"}, yes, Success, "anna"},
		"no user, no account from the card": {"-", []string{"type=1"}, "frame R S", AuthErr, "-"},
		"no user, an account that is none":  {"-", []string{"type=1"}, "frame R San\x1bna", AuthErr, "-"},
		"no user, a refused card":           {"-", []string{"type=1"}, "frame R U", UserUnknown, "-"},
		"no user, one set meanwhile":        {"-", []string{"switch=anna"}, yes, AuthErr, "anna"},
		"the card's own user":               {"anna", []string{"type=1"}, yes, Success, "anna"},
		"another user":                      {"beda", []string{"type=1"}, yes, AuthErr, "beda"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", "ask 1 PIN: ", c.script)
			alone(t, p, "user=card")
			if o := wantCode(t, p, c.code, c.user, c.words...); o.User != c.final {
				t.Errorf("the user is %q, want %q", o.User, c.final)
			}
		})
	}
}
