package main

import (
	"context"
	"flag"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

func buildAdmap(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, _ []string) error {
		m, err := e.agent().Admap(ctx)
		if err != nil {
			return err
		}
		if *asJSON {
			return e.printJSON(m)
		}
		return e.printAdmap(m)
	}
}

// printAdmap prints the value alone on a line, to be copied.
func (e *env) printAdmap(m apitype.Admap) error {
	if err := e.println(m.Mapping); err != nil {
		return err
	}
	t := e.table()
	t.row(text.CtlHolder, m.Name)
	t.row(text.CtlHSAID, m.HSAID)
	if m.Directory != "" {
		t.row(text.CtlDirectory, e.held(m))
	}
	return t.flush()
}

func (e *env) held(m apitype.Admap) string {
	out := text.Held(e.lang, string(m.Directory))
	if m.Why != "" {
		out += ": " + e.problemText(nil, &apitype.Problem{Code: m.Why}) + " [" + string(m.Why) + "]"
	}
	return out
}
