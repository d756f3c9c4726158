package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"strings"
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
		return e.printSystemExplained(x)
	}
}

func (e *env) printSystemExplained(x apitype.Explanation) error {
	verdict := text.CtlSSORefused
	if x.Allowed {
		verdict = text.CtlSSOAllowed
	}
	lines := []string{e.say(verdict, cmp.Or(x.Title, x.System))}
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
		met := text.CtlSSOUnmet
		if c.Met {
			met = text.CtlSSOMet
		}
		fmt.Fprintf(w, "  %s\t%s%s\n", e.say(met), clean(text.Condition(e.lang, c.What)), e.valuesOf(c))
	}
	return w.Flush()
}

// valuesOf are two more columns where a condition is about a value, and one where there is more to say of it.
func (e *env) valuesOf(c apitype.Check) string {
	if len(c.Wanted) == 0 {
		if why := cmp.Or(text.SystemReason(e.lang, c.Seen, ""), c.Seen); why != "" {
			return "\t" + clean(why)
		}
		return ""
	}
	seen := cmp.Or(c.Seen, e.say(text.CtlSSONothing))
	return "\t" + clean(e.say(text.CtlSSOWanted, strings.Join(c.Wanted, ", "))) + "\t" + clean(e.say(text.CtlSSOSeen, seen))
}
