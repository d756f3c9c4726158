package broker

import (
	"errors"
	"slices"
	"testing"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

func TestWhoGetsWhatARuleReleases(t *testing.T) {
	labelled := func(r *system.Caller) { r.MinTier, r.Label = system.T2, "chromium" }
	for name, c := range map[string]struct {
		rule   func(*system.Caller)
		caller func(*Caller)
		refuse string // the condition that is not met; empty: allowed
	}{
		"the program that is named":                {},
		"another user's":                           {caller: func(c *Caller) { c.UID = 1001 }, refuse: "user"},
		"root's":                                   {caller: func(c *Caller) { c.UID = 0 }, refuse: "user"},
		"in the person's desktop session":          {caller: func(c *Caller) { c.Session = "c1" }},
		"in another session of the person":         {caller: func(c *Caller) { c.Session = "c2" }, refuse: "session"},
		"another program":                          {caller: func(c *Caller) { c.Exe = "/usr/bin/curl" }, refuse: "exe"},
		"a program whose path begins so":           {caller: func(c *Caller) { c.Exe += "2" }, refuse: "exe"},
		"a program that is not known":              {caller: func(c *Caller) { c.Exe = "" }, refuse: "exe"},
		"one of two programs":                      {rule: func(r *system.Caller) { r.Exe = []string{"/a", chromium} }},
		"no program is named":                      {rule: func(r *system.Caller) { r.Exe = nil }, refuse: "exe"},
		"any program of the person":                {rule: func(r *system.Caller) { r.Exe, r.MinTier = nil, system.T0 }, caller: func(c *Caller) { c.Exe, c.Tier = "", 0 }},
		"any program, but another person's":        {rule: func(r *system.Caller) { r.Exe, r.MinTier = nil, system.T0 }, caller: func(c *Caller) { c.UID = 1001 }, refuse: "user"},
		"the right package":                        {rule: func(r *system.Caller) { r.Package = "chromium" }, caller: func(c *Caller) { c.Package = "chromium" }},
		"another package":                          {rule: func(r *system.Caller) { r.Package = "chromium" }, caller: func(c *Caller) { c.Package = "evil" }, refuse: "package"},
		"no package":                               {rule: func(r *system.Caller) { r.Package = "chromium" }, refuse: "package"},
		"no file is named, but a package":          {rule: func(r *system.Caller) { r.Exe, r.Package = nil, "chromium" }, caller: func(c *Caller) { c.Package = "chromium" }},
		"not sure enough":                          {caller: func(c *Caller) { c.Tier = system.T0 }, refuse: "tier"},
		"the right label":                          {rule: labelled, caller: func(c *Caller) { c.Tier, c.Label = system.T2, "chromium" }},
		"another label":                            {rule: labelled, caller: func(c *Caller) { c.Tier, c.Label = system.T2, "unconfined" }, refuse: "label"},
		"a label where the kernel has none":        {rule: labelled, caller: func(c *Caller) { c.Label = "chromium" }, refuse: "tier"},
		"a label that is not enforced":             {rule: labelled, caller: func(c *Caller) { c.Tier, c.Label = system.T2, "" }, refuse: "label"},
		"any label":                                {rule: func(r *system.Caller) { r.MinTier = system.T2 }, caller: func(c *Caller) { c.Tier, c.Label = system.T2, "chromium" }, refuse: "label"},
		"no label where any would do":              {rule: func(r *system.Caller) { r.MinTier = system.T2 }, refuse: "tier"},
		"a label besides, and the kernel has none": {rule: func(r *system.Caller) { r.Label = "chromium" }},
		"a label besides, and it is another":       {rule: func(r *system.Caller) { r.Label = "chromium" }, caller: func(c *Caller) { c.Label = "unconfined" }, refuse: "label"},
		"a label alone, and it is the right one":   {rule: func(r *system.Caller) { r.Exe, r.Label = nil, "chromium" }, caller: func(c *Caller) { c.Tier, c.Label = system.T2, "chromium" }},
		"a label alone, and the program has none":  {rule: func(r *system.Caller) { r.Exe, r.Label = nil, "chromium" }, caller: func(c *Caller) { c.Exe = "/tmp/evil" }, refuse: "exe"},
		"a label alone in the lowest tier":         {rule: func(r *system.Caller) { r.Exe, r.Label, r.MinTier = nil, "chromium", system.T0 }, caller: func(c *Caller) { c.Exe = "/tmp/evil" }, refuse: "exe"},
		"a yes of the person needs no label":       {rule: func(r *system.Caller) { r.MinTier = system.T3 }},
		"a yes of the person needs a known file":   {rule: func(r *system.Caller) { r.MinTier = system.T3 }, caller: func(c *Caller) { c.Tier = system.T0 }, refuse: "tier"},
	} {
		t.Run(name, func(t *testing.T) {
			s, caller := web("lifecare"), browser()
			if c.rule != nil {
				c.rule(&s.Caller)
			}
			if c.caller != nil {
				c.caller(&caller)
			}
			e := judge(s, caller, &person{1000, "c1"}, "", false)
			if e.Allowed != (c.refuse == "") || !e.Allowed && e.failed().Name != c.refuse {
				t.Errorf("allowed: %v, %+v", e.Allowed, e.Conditions)
			}
		})
	}
}

func TestNothingIsAllowedWithoutALoginOrAfterASystemsTime(t *testing.T) {
	if e := judge(web("lifecare"), browser(), nil, "", false); e.Allowed || e.failed().Name != "login" {
		t.Errorf("without a login: %+v", e)
	}
	if e := judge(web("lifecare"), browser(), &person{1000, ""}, "idle", true); e.Allowed || e.failed().Name != "time" {
		t.Errorf("after its time: %+v", e)
	}
}

func TestTheHighestTierAsksThePerson(t *testing.T) {
	for want, r := range map[system.Consent]system.Caller{
		system.FirstUse:  {MinTier: system.T3, Consent: system.Never},
		system.EveryTime: {MinTier: system.T3, Consent: system.EveryTime},
		system.Never:     {MinTier: system.T2, Consent: system.Never},
	} {
		if got := r.Asks(); got != want {
			t.Errorf("%+v: %s, not %s", r, got, want)
		}
	}
}

func TestADeniedProgramIsToldWhyAndOneRowTellsIt(t *testing.T) {
	w := newWorld(web("lifecare"), web("portal"))
	w.Open(t.Context(), w.anna(1))
	thief := browser()
	thief.Exe = "/tmp/chromium"
	for range 1000 {
		_, err := w.Grant(t.Context(), thief, tlsUse())
		var denied *Denied
		if !errors.As(err, &denied) || denied.System != "lifecare" || denied.Rule != "exe" {
			t.Fatalf("got %v", err)
		}
	}
	rows := w.events(audit.SSODenied)
	if len(rows) != 1 || rows[0].Exe != "/tmp/chromium" || !slices.Equal(rows[0].Systems, []string{"lifecare", "portal"}) {
		t.Errorf("the rows are %+v", rows)
	}
}

func TestAFloodOfDeniedProgramsFillsNoDisk(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	for i := range 1000 {
		c := browser()
		c.Exe = "/tmp/copy" + string(rune('0'+i))
		if _, err := w.Grant(t.Context(), c, tlsUse()); err == nil {
			t.Fatal("it was allowed")
		}
	}
	if n := len(w.events(audit.SSODenied)); n != mostSaid {
		t.Errorf("%d rows", n)
	}
}

func TestWhatNoSystemWantsIsDenied(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	for _, use := range []Use{{}, {Kinds: []system.Kind{system.SSH}}, {System: "lifecare"}, {System: ""}} {
		var denied *Denied
		if _, err := w.Grant(t.Context(), browser(), use); !errors.As(err, &denied) {
			t.Errorf("%+v: %v", use, err)
		}
	}
}

func TestAGrantIsForTheSystemsThatAllowIt(t *testing.T) {
	other := web("portal")
	other.Caller.Exe = []string{"/usr/bin/other"}
	w := newWorld(web("lifecare"), other)
	w.Open(t.Context(), w.anna(1))
	if got := mustGrant(t, w, browser()).Systems(); len(got) != 1 || got[0] != "lifecare" {
		t.Errorf("it is for %v", got)
	}
}

func TestAChangedRuleEndsItsGrantsAndNoOthers(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	w.Reload([]system.System{web("lifecare"), web("portal")})
	mustSign(t, g)
	changed := web("lifecare")
	changed.Caller.Exe = []string{"/usr/bin/other"}
	w.Reload([]system.System{changed})
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrEnded)
	var denied *Denied
	if _, err := w.Grant(t.Context(), browser(), tlsUse()); !errors.As(err, &denied) {
		t.Errorf("by the new rule: %v", err)
	}
}

func TestExplainSaysWhatWasWantedAndWhatWasSeen(t *testing.T) {
	s := web("lifecare")
	s.Caller.Exe = append(s.Caller.Exe, `C:\Program Files\Browser\browser.exe`) // no program here
	w := newWorld(s)
	w.Open(t.Context(), w.anna(1))
	c := browser()
	c.Exe = "/usr/bin/curl"
	e := w.Explain(c, "lifecare")
	if f := e.failed(); e.Allowed || !slices.Equal(f.Want, []string{chromium}) || f.Seen != "/usr/bin/curl" {
		t.Errorf("it says %+v", e)
	}
	if e := w.Explain(browser(), "lifecare"); !e.Allowed {
		t.Errorf("it says %+v", e)
	}
	if e := w.Explain(c, "unheard-of"); e.Allowed || len(e.Conditions) != 0 {
		t.Errorf("of no system it says %+v", e)
	}
}
