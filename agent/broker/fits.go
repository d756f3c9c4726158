package broker

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"siths-agent/agent/broker/system"
)

// Condition is one thing that a rule asks for.
type Condition struct {
	Name string   // what it is about: login, user, session, time, own, exe, package, publisher, label or tier
	Want []string // any of these; none: the Name says it
	Seen string
	Met  bool
}

// Explanation says whether a program gets what a system releases, and why.
type Explanation struct {
	System     string
	Allowed    bool
	Asks       []Asks // the rules that have the person asked first
	Conditions []Condition
}

// Asks is a rule that has the person asked.
type Asks struct {
	System  string
	Consent system.Consent
}

// failed returns the first condition that is not met.
func (e Explanation) failed() Condition {
	at := slices.IndexFunc(e.Conditions, func(c Condition) bool { return !c.Met })
	return e.Conditions[max(0, at)]
}

func (e Explanation) denied() *Denied {
	c := e.failed()
	if len(c.Want) == 0 {
		return &Denied{System: e.System, Rule: c.Name, Why: orNone(c.Seen)}
	}
	return &Denied{System: e.System, Rule: c.Name, Why: "wants " + strings.Join(c.Want, " or ") + ", is " + orNone(c.Seen)}
}

func orNone(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// person is whose login is open.
type person struct {
	uid     uint32
	session string
}

// judge holds a program against a system's rule. own says that the agent has started it for this system.
func judge(s system.System, c Caller, p *person, over string, own bool) Explanation {
	e := Explanation{System: s.Name}
	e.Conditions = []Condition{{"login", nil, "", p != nil}, {"time", nil, over, over == ""}}
	if own {
		e.Conditions = append(e.Conditions, Condition{"own", nil, "", true})
	} else {
		e.Conditions = append(e.Conditions, whose(c, p)...)
		e.Conditions = append(e.Conditions, which(s.Caller, c)...)
	}
	e.Allowed = !slices.ContainsFunc(e.Conditions, func(c Condition) bool { return !c.Met })
	return e
}

// whose says whether the program belongs to the person who has logged in.
func whose(c Caller, p *person) []Condition {
	if p == nil {
		return nil
	}
	uid := strconv.Itoa(int(p.uid))
	user := Condition{"user", []string{uid}, strconv.Itoa(int(c.UID)), sameUser(c, *p)}
	// A program that a desktop starts through the user's service manager is in no session of its own (systemd, user@.service).
	session := Condition{"session", []string{orNone(p.session)}, orNone(c.Session), p.session == "" || c.Session == "" || c.Session == p.session}
	return []Condition{user, session}
}

// which says whether the program is one of those that a rule names. All that is set has to fit.
func which(r system.Caller, c Caller) []Condition {
	out := []Condition{{"tier", []string{strconv.Itoa(int(r.MinTier))}, strconv.Itoa(int(c.Tier)), sureEnough(r, c)}}
	// A label names the program only where the kernel tells one: it tells none of programs that it leaves alone.
	labelled := r.Label != "" && c.Label != ""
	named := r.Package != "" || labelled || r.MinTier == system.T0 && r.Label == ""
	if len(r.Exe) > 0 || !named {
		out = append(out, Condition{"exe", onThisSystem(r.Exe), c.Exe, rightProgram(r, c)})
	}
	if r.Package != "" {
		out = append(out, Condition{"package", []string{r.Package}, c.Package, r.Package == c.Package})
	}
	if r.Publisher != "" && signedPrograms {
		out = append(out, Condition{"publisher", []string{r.Publisher}, "", false})
	}
	if r.Label != "" || r.MinTier == system.T2 {
		out = append(out, Condition{"label", []string{orNone(r.Label)}, c.Label, rightLabel(r, c)})
	}
	return out
}

// onThisSystem leaves out the files of other operating systems, which no program here can be.
func onThisSystem(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool { return !filepath.IsAbs(f) })
}
