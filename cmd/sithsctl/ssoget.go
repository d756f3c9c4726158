package main

import (
	"context"
	"flag"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

func buildSSOGet(fs *flag.FlagSet) action {
	asJSON := fs.Bool("json", false, "")
	return func(ctx context.Context, e *env, args []string) error {
		s, err := e.agent().AcquireSystem(ctx, args[0])
		if err != nil {
			return e.whyNoSystems(ctx, err)
		}
		if *asJSON {
			return e.printJSON(s)
		}
		return e.printUse(s.Use)
	}
}

// printUse prints lines that a shell can evaluate: what a program has to know in its environment, and comments.
func (e *env) printUse(use *apitype.SystemUse) error {
	if use == nil {
		return nil
	}
	var b strings.Builder
	export := func(name, value string) {
		if value != "" {
			b.WriteString("export " + name + "=" + quote(value) + "\n")
		}
	}
	comment := func(w text.CtlWord, args ...any) { b.WriteString("# " + clean(e.say(w, args...)) + "\n") }
	if use.Module != "" {
		comment(text.CtlSSOModule, use.Module)
	}
	export("P11_KIT_SERVER_ADDRESS", use.Address)
	if use.Principal != "" && !use.Until.IsZero() {
		comment(text.CtlSSOTicket, use.Principal, use.Until.Local().Format(time.DateTime))
	}
	export("KRB5CCNAME", use.Cache)
	if use.PublicKey != "" {
		comment(text.CtlSSOKey, use.PublicKey)
	}
	export("SSH_AUTH_SOCK", use.Socket)
	return e.print(b.String())
}

// quote writes a value so that a shell takes it as it is (POSIX.1-2024, XCU 2.2.2).
func quote(value string) string { return "'" + strings.ReplaceAll(clean(value), "'", `'\''`) + "'" }
