package main

import (
	"context"
	"flag"
	"slices"
	"strings"

	"siths-agent/ui/text"
)

// action runs one command with the arguments that are not flags.
type action func(ctx context.Context, e *env, args []string) error

// command is one verb. Help and shell completions are made from the table of these.
type command struct {
	name  string                     // one to three words
	args  []string                   // the placeholders of its arguments, all of them needed
	words func() []string            // what its argument can be, for completions; nil when anything
	build func(*flag.FlagSet) action // declares the flags and returns what to run after parsing
}

// commands is the table of verbs, in the order of the help.
func commands() []command {
	return []command{
		{name: "status", build: buildStatus},
		{name: "watch", build: buildWatch},
		{name: "login", build: buildLogin},
		{name: "lock", build: buildLock},
		{name: "card", build: buildCard},
		{name: "card pin change", build: buildPINChange},
		{name: "card pin unblock", build: buildPINUnblock},
		{name: "admap", build: buildAdmap},
		{name: "sso list", build: buildSSOList},
		{name: "sso get", args: []string{"NAME"}, build: buildSSOGet},
		{name: "sso release", args: []string{"NAME"}, build: buildSSORelease},
		{name: "sso explain", args: []string{"NAME"}, build: buildSSOExplain},
		{name: "sso allow", build: buildSSOAllow},
		{name: "sso deny", build: buildSSODeny},
		{name: "sso setup", build: buildSSOSetup},
		{name: "sso check", args: []string{"URL"}, build: buildSSOCheck},
		{name: "sso enroll", args: []string{"NAME"}, build: buildSSOEnroll},
		{name: "sso forget", args: []string{"NAME"}, build: buildSSOForget},
		{name: "diag", build: buildDiag},
		{name: "audit show", build: buildAuditShow},
		{name: "audit verify", build: buildAuditVerify},
		{name: "audit export", build: buildAuditExport},
		{name: "report", build: buildReport},
		{name: "policy check", build: buildPolicyCheck},
		{name: "policy show", build: buildPolicyShow},
		{name: "policy explain", args: []string{"KEY"}, words: policyKeys, build: buildPolicyExplain},
		{name: "version", build: buildVersion},
		{name: "completion", args: []string{strings.Join(shells(), "|")}, words: shells, build: buildCompletion},
		{name: "help", build: buildHelp},
	}
}

// find returns the command that args begin with, and the arguments after its name.
func find(args []string) (command, []string, bool) {
	for n := min(3, len(args)); n > 0; n-- {
		name := strings.Join(args[:n], " ")
		for _, c := range commands() {
			if c.name == name {
				return c, args[n:], true
			}
		}
		if slices.Contains(prefixes(), name) {
			return command{}, nil, false
		}
	}
	return command{}, nil, false
}

// synopsis is how the command is written, without the program's name: "policy explain KEY [--config FILE]".
func (c command) synopsis() string {
	parts := append([]string{c.name}, c.args...)
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.build(fs)
	fs.VisitAll(func(f *flag.Flag) {
		part := "--" + f.Name
		if takesValue(f) {
			part += " " + f.Usage
		}
		parts = append(parts, "["+part+"]")
	})
	return strings.Join(parts, " ")
}

// takesValue tells a flag with a value from a switch.
func takesValue(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return !ok || !b.IsBoolFlag()
}

func buildHelp(*flag.FlagSet) action {
	return func(_ context.Context, e *env, _ []string) error {
		return e.print(e.help())
	}
}

// help is the text of "sithsctl help".
func (e *env) help() string {
	var b strings.Builder
	b.WriteString(e.say(text.CtlUsage, "[--socket PATH] ...") + "\n\n" + e.say(text.CtlCommands) + "\n")
	for _, c := range commands() {
		b.WriteString("  " + c.synopsis() + "\n        " + text.CtlHelp(e.lang, c.name) + "\n")
	}
	b.WriteString("\n  " + e.say(text.CtlGlobal) + "\n")
	return b.String()
}
