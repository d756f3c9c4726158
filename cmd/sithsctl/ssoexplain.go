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
		wanted := cmp.Or(strings.Join(c.Wanted, ", "), e.say(text.CtlSSOAny))
		seen := cmp.Or(c.Seen, e.say(text.CtlSSONothing))
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", e.say(met), clean(text.Condition(e.lang, c.What)),
			clean(e.say(text.CtlSSOWanted, wanted)), clean(e.say(text.CtlSSOSeen, seen)))
	}
	return w.Flush()
}
