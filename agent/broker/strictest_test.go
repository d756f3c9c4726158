package broker

import (
	"errors"
	"slices"
	"testing"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// ruled is a system for the browser that asks in a way.
func ruled(name string, c system.Consent) system.System {
	s := web(name)
	s.Caller.Consent = c
	return s
}

// topTier stands for a rule of the highest tier that says nothing of consent.
const topTier system.Consent = "T3"

func systemsOf(rules []system.Consent) (all []system.System) {
	for i, consent := range rules {
		s := ruled(string(rune('a'+i)), consent)
		if consent == topTier {
			s.Caller.MinTier, s.Caller.Consent = system.T3, system.Never
		}
		all = append(all, s)
	}
	return all
}

func TestTheStrictestRuleAsksForAll(t *testing.T) {
	for name, c := range map[string]struct {
		rules   []system.Consent // of systems a, b, c
		want    system.Consent
		every   bool
		asked   int // for two signatures
		systems []string
	}{
		"nobody asks":                 {[]system.Consent{system.Never, system.Never}, "", false, 0, nil},
		"one asks and one does not":   {[]system.Consent{system.Never, system.FirstUse}, system.FirstUse, false, 1, []string{"b", "a"}},
		"once, and the code":          {[]system.Consent{system.FirstUse, system.PIN}, system.PIN, false, 1, []string{"a", "b"}},
		"once, and each time":         {[]system.Consent{system.EveryTime, system.FirstUse}, system.EveryTime, true, 2, []string{"a", "b"}},
		"each time, and with a code":  {[]system.Consent{system.Never, system.EveryTime, system.PIN}, system.PIN, true, 2, []string{"b", "c", "a"}},
		"the highest tier, and never": {[]system.Consent{system.Never, topTier}, system.FirstUse, false, 1, []string{"b", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(systemsOf(c.rules)...)
			w.answer = yes
			w.Open(t.Context(), w.anna(1))
			g := mustGrant(t, w, browser())
			mustSign(t, g)
			mustSign(t, g)
			if len(w.asked) != c.asked || c.asked > 0 && (w.asked[0].EveryTime != c.every || !slices.Equal(namesOf(w.asked[0].Systems), c.systems)) {
				t.Errorf("asked %+v", w.asked)
			}
			if rows := w.events(audit.SSOReleased); len(rows) != 2 || rows[0].Consent != string(c.want) || len(rows[0].Systems) != len(c.rules) {
				t.Errorf("rows %+v", rows)
			}
		})
	}
}

// wantAsked has a grant sign though the person says no.
func wantAsked(t *testing.T, w *world, g *Grant, by string) {
	t.Helper()
	before := w.signs
	var denied *Denied
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	if !errors.As(err, &denied) || denied.Rule != "consent" || denied.System != by || w.signs != before {
		t.Errorf("got %v, and %d signatures", err, w.signs-before)
	}
}

func TestARuleThatAsksIsNotUsedUp(t *testing.T) {
	strict, mild := ruled("strict", system.FirstUse), web("mild")
	strict.TLS.MaxSignaturesPerMinute = 1
	w := newWorld(strict, mild)
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	wantAsked(t, w, g, "strict")
	wantAsked(t, w, g, "strict")
}

func TestARuleThatAsksDoesSoWhenItsSystemsTimeIsOver(t *testing.T) {
	w := newWorld(ruled("strict", system.FirstUse), web("mild"))
	w.Open(t.Context(), w.anna(1))
	if err := w.Release(t.Context(), "strict"); err != nil {
		t.Fatal(err)
	}
	wantAsked(t, w, mustGrant(t, w, browser()), "strict")
}

func TestARuleThatComesAsksForTheGrantsThatThereAre(t *testing.T) {
	w := newWorld(web("mild"))
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	mustSign(t, g)
	w.Reload([]system.System{web("mild"), ruled("strict", system.FirstUse)})
	wantAsked(t, w, g, "strict")
}

func TestAYesToAMilderRuleIsNoneToAStricter(t *testing.T) {
	w := newWorld(ruled("lifecare", system.FirstUse))
	w.answer = yes
	w.Open(t.Context(), w.anna(1))
	mustSign(t, mustGrant(t, w, browser()))
	w.Reload([]system.System{ruled("lifecare", system.PIN)})
	w.answer = nil
	wantAsked(t, w, mustGrant(t, w, browser()), "lifecare")
}

func TestARuleForAnotherProgramAsksNobody(t *testing.T) {
	other := ruled("strict", system.PIN)
	other.Caller.Exe = []string{"/usr/bin/other"}
	w := newWorld(other, web("mild"))
	w.Open(t.Context(), w.anna(1))
	mustSign(t, mustGrant(t, w, browser()))
	if len(w.asked) != 0 {
		t.Errorf("asked %+v", w.asked)
	}
}

func TestExplainSaysWhichRulesAsk(t *testing.T) {
	servers := ruled("servers", system.PIN)
	servers.Kind, servers.TLS, servers.SSH = system.SSH, nil, &system.SSHRule{HostKeys: []string{"SHA256:a"}}
	w := newWorld(ruled("archive", system.PIN), web("lifecare"), ruled("portal", system.FirstUse), servers)
	w.Open(t.Context(), w.anna(1))
	want := []Asks{{"archive", system.PIN}, {"portal", system.FirstUse}}
	if got := w.Explain(browser(), "lifecare").Asks; !slices.Equal(got, want) {
		t.Errorf("asks %+v", got)
	}
	if got := w.Explain(browser(), "servers").Asks; !slices.Equal(got, []Asks{{"servers", system.PIN}}) {
		t.Errorf("of a system that names its servers: %+v", got)
	}
}

func TestARuleThatWantsWhatIsNotKnownReleasesNothing(t *testing.T) {
	w := newWorld(web("mild"), ruled("strange", "when it suits"))
	w.answer = yes
	w.Open(t.Context(), w.anna(1))
	wantAsked(t, w, mustGrant(t, w, browser()), "strange")
	if len(w.asked) != 0 {
		t.Errorf("asked %+v", w.asked)
	}
}
