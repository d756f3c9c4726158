package main

import (
	"context"
	"errors"
	"flag"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

func buildWatch(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		show := e.printChange
		if *asJSON {
			show = func(s apitype.Snapshot) error { return e.printJSON(s) }
		}
		err := e.agent().Watch(ctx, show)
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return nil // the person has seen enough
		}
		return err
	}
}

// printChange prints one line: where it stands, for whom, how soon the desktop is locked by itself, and the codes of the problems.
func (e *env) printChange(s apitype.Snapshot) error {
	line := text.Phase(e.lang, s.Phase)
	if s.Holder != nil {
		line += ": " + s.Holder.Name
	}
	if s.Session != nil && s.Session.LocksInS > 0 {
		line += " (" + e.say(text.CtlLocksIn, s.Session.LocksInS) + ")"
	}
	for _, p := range s.Problems {
		line += " [" + string(p.Code) + "]"
	}
	return e.println(line)
}
