package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"slices"
	"text/tabwriter"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

func buildSSOExplain(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	program := fs.String("program", "", "PATH")
	pid := fs.Uint("pid", 0, "N")
	return func(ctx context.Context, e *env, args []string) error {
		if *pid > math.MaxInt32 || *pid != 0 && *program != "" {
			return e.usage(text.CtlWantsArguments, "sso explain NAME [--pid N | --program PATH]")
		}
		x, err := e.agent().ExplainSystem(ctx, args[0], apitype.ExplainRequest{PID: int32(*pid), Program: *program})
		if err != nil {
			return e.whyNoSystems(ctx, err)
		}
		if *asJSON {
			return e.printJSON(x)
		}
		return e.printSystemExplained(x, *pid != 0 || *program != "")
	}
}

// aboutProgram says whether a condition is about which program asks.
func aboutProgram(c apitype.Check) bool {
	return slices.Contains([]string{"tier", "exe", "package", "publisher", "label"}, c.What)
}

// verdictOf says whether a program is let in; where none was named, whether any would be.
func verdictOf(x apitype.Explanation, named bool) text.CtlWord {
	missing := func(c apitype.Check) bool { return !c.Met && (named || !aboutProgram(c)) }
	switch {
	case x.Allowed && !named:
		return text.CtlSSOAnyProgram
	case x.Allowed:
		return text.CtlSSOAllowed
	case x.Why != "" || slices.ContainsFunc(x.Checks, missing):
		return text.CtlSSORefused
	}
	return text.CtlSSOSomePrograms
}

func (e *env) printSystemExplained(x apitype.Explanation, named bool) error {
	lines := []string{e.say(verdictOf(x, named), cmp.Or(x.Title, x.System))}
	if x.Why != "" {
		lines = append(lines, e.problemText(nil, &apitype.Problem{Code: x.Why})+" ["+string(x.Why)+"]")
	}
	if x.Rule != "" {
		lines = append(lines, e.say(text.CtlSSORule, x.Rule))
	}
	for _, l := range lines {
		if err := e.println(l); err != nil {
			return err
		}
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, c := range x.Checks {
		fmt.Fprintf(w, "  %s\t%s%s\n", e.met(c, named), clean(text.Condition(e.lang, c.What)), e.valuesOf(c))
	}
	return w.Flush()
}

// met says whether a condition is met, as far as that can be known of a program that was not named.
func (e *env) met(c apitype.Check, named bool) string {
	switch {
	case c.Met:
		return e.say(text.CtlSSOMet)
	case !named && aboutProgram(c):
		return "?"
	}
	return e.say(text.CtlSSOUnmet)
}

// whoAsks is the other system whose rule has the person asked; nothing when it is the system's own.
func (e *env) whoAsks(c apitype.Check) string {
	if c.Seen == "" {
		return ""
	}
	return e.say(text.CtlSSOAskedBy, c.Seen)
}

// valuesOf are two more columns where a condition is about a value, and one where there is more to say of it. Each further
// value that would do has a line of its own.
func (e *env) valuesOf(c apitype.Check) string {
	if len(c.Wanted) == 0 {
		if why := cmp.Or(text.SystemReason(e.lang, c.Seen, ""), c.Seen); why != "" {
			return "\t" + clean(why)
		}
		return ""
	}
	seen := e.say(text.CtlSSOSeen, cmp.Or(c.Seen, e.say(text.CtlSSONothing)))
	if c.What == "consent" {
		seen = e.whoAsks(c)
	}
	out := "\t" + clean(seen) + "\t" + clean(e.say(text.CtlSSOWanted, c.Wanted[0]))
	for _, other := range c.Wanted[1:] {
		out += "\n  \t\t\t" + clean(e.say(text.CtlSSOOr, other))
	}
	return out
}
