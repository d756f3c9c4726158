package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/ui/text"
)

func buildSSOList(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		list, err := e.agent().Systems(ctx)
		if err != nil {
			return e.whyNoSystems(ctx, err)
		}
		switch {
		case *asJSON:
			return e.printJSON(list)
		case len(list.Systems) == 0:
			return e.println(e.say(text.CtlSSONone))
		}
		return e.printSystems(list.Systems)
	}
}

// whyNoSystems says more of a refusal than that it is one: a user without a card in has no systems.
func (e *env) whyNoSystems(ctx context.Context, err error) error {
	var d *client.Denied
	if !errors.As(err, &d) {
		return err
	}
	if s, err := e.agent().Snapshot(ctx); err == nil && s.Card == nil {
		return missing(s)
	}
	return err
}

func (e *env) printSystems(systems []apitype.SystemEntry) error {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, s := range systems {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", clean(s.Name), clean(s.Title), clean(s.Kind), clean(e.stateOf(s.System)))
	}
	return w.Flush()
}

// stateOf says how far the login to a system is, and why no further.
func (e *env) stateOf(s apitype.System) string {
	out := text.SystemState(e.lang, s.State)
	if why := text.SystemReason(e.lang, s.Reason, s.Why); why != "" {
		out += ": " + why
	}
	if s.Why != "" {
		out += " [" + string(s.Why) + "]"
	}
	return out
}

// named is what a command about one system prints with --json when it is done.
type named struct {
	Name string `json:"name"`
}

func buildSSORelease(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, args []string) error {
		if err := e.agent().ReleaseSystem(ctx, args[0]); err != nil {
			return e.whyNoSystems(ctx, err)
		}
		if *asJSON {
			return e.printJSON(named{args[0]})
		}
		return e.println(e.say(text.CtlSSOReleased, args[0]))
	}
}

func buildSSOEnroll(fs *flag.FlagSet) action { return aboutSecret(fs, agent.EnrollSystem) }
func buildSSOForget(fs *flag.FlagSet) action { return aboutSecret(fs, agent.ForgetSystem) }

// aboutSecret asks the service to keep or forget a secret. When it says that a system has none, that is told in plain
// words: what "not allowed" usually advises would lead nowhere.
func aboutSecret(fs *flag.FlagSet, do func(agent, context.Context, string) error) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, args []string) error {
		err := do(e.agent(), ctx, args[0])
		var p *apitype.Problem
		switch {
		case errors.As(err, &p) && p.Code == apitype.SystemDenied:
			return &fault{text: e.say(text.CtlSSONoSecret, args[0]), code: string(p.Code), exit: exitDenied}
		case err == nil && *asJSON:
			return e.printJSON(named{args[0]})
		}
		return e.whyNoSystems(ctx, err)
	}
}
