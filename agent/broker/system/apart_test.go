package system

import "testing"

// rule is a system of a kind, for a program, that asks in a way.
func rule(name string, kind Kind, exe string, c Consent, hosts ...string) System {
	s := System{Name: name, Kind: kind, Caller: Caller{MinTier: T1, Consent: c}}
	if exe != "" {
		s.Caller.Exe = []string{exe}
	}
	if kind == SSH {
		s.SSH = &SSHRule{HostKeys: hosts}
	}
	return s
}

func TestRulesThatMeetInOneProgramAndAskOtherwiseAreNamed(t *testing.T) {
	packaged := func(s System, name string) System { s.Caller.Package = name; return s }
	for name, c := range map[string]struct {
		x, y System
		want string // the stricter; empty: they do not meet
	}{
		"one asks":                      {rule("a", TLS, "/b", Never), rule("b", TLS, "/b", PIN), "b"},
		"the first asks":                {rule("a", TLS, "/b", EveryTime), rule("b", TLS, "/b", FirstUse), "a"},
		"both alike":                    {rule("a", TLS, "/b", PIN), rule("b", TLS, "/b", PIN), ""},
		"the empty word":                {rule("a", TLS, "/b", ""), rule("b", TLS, "/b", Never), ""},
		"other programs":                {rule("a", TLS, "/b", Never), rule("b", TLS, "/c", PIN), ""},
		"any program":                   {rule("a", SSH, "", Never), rule("b", TLS, "/c", PIN), "b"},
		"other packages":                {packaged(rule("a", TLS, "", Never), "x"), packaged(rule("b", TLS, "", PIN), "y"), ""},
		"a named server and the card":   {rule("a", SSH, "/b", PIN, "h"), rule("b", TLS, "/b", Never), ""},
		"a named server and any server": {rule("a", SSH, "/b", PIN, "h"), rule("b", SSH, "/b", Never), "a"},
		"two named servers":             {rule("a", SSH, "/b", PIN, "h"), rule("b", SSH, "/b", Never, "i"), ""},
		"the same server":               {rule("a", SSH, "/b", PIN, "h"), rule("b", SSH, "/b", Never, "i", "h"), "a"},
	} {
		got := Meetings([]System{c.x, c.y})
		if len(got) > 1 || (len(got) == 1) != (c.want != "") || len(got) == 1 && got[0].Strict.Name != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
