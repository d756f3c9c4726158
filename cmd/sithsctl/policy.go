package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/agent/policy"
	"siths-agent/ui/text"
)

func buildPolicyCheck(fs *flag.FlagSet) action {
	config := fs.String("config", "", "FILE")
	return func(_ context.Context, e *env, _ []string) error {
		loaded, err := e.loadPolicy(*config)
		if err != nil {
			return err
		}
		files := strings.Join(loaded.Files, ", ")
		if files == "" {
			files = e.say(text.CtlPolicyBuiltIn)
		}
		return e.println(e.say(text.CtlPolicyGood, files))
	}
}

func buildPolicyShow(fs *flag.FlagSet) action {
	config := fs.String("config", "", "FILE")
	return func(_ context.Context, e *env, _ []string) error {
		loaded, err := e.loadPolicy(*config)
		if err != nil {
			return err
		}
		for _, x := range loaded.Show() {
			if err := e.println(fmt.Sprintf("%s = %s  # %s", x.Key.Name, x.Value, e.origin(x.From))); err != nil {
				return err
			}
		}
		return nil
	}
}

func buildPolicyExplain(fs *flag.FlagSet) action {
	config := fs.String("config", "", "FILE")
	return func(_ context.Context, e *env, args []string) error {
		if _, known := policy.Lookup(args[0]); !known {
			return e.unknownKey(args[0])
		}
		loaded, err := e.loadPolicy(*config)
		if err != nil {
			return err
		}
		x, err := loaded.Explain(args[0])
		if err != nil {
			return err
		}
		return e.printExplanation(x)
	}
}

func (e *env) printExplanation(x policy.Explanation) error {
	lines := []string{
		x.Key.Name + " = " + x.Value,
		"  " + e.in(x.Key.Doc),
		"  " + e.say(text.CtlPolicyFrom, e.origin(x.From)),
	}
	for _, o := range x.Over {
		lines = append(lines, "  "+e.say(text.CtlPolicyReplaces, e.origin(o)))
	}
	lines = append(lines, "  "+e.say(text.CtlPolicyAllowed, e.in(x.Key.Allowed())))
	if x.Key.Default != "" {
		lines = append(lines, "  "+e.say(text.CtlPolicyDefault, x.Key.Default))
	}
	for _, l := range lines {
		if err := e.println(l); err != nil {
			return err
		}
	}
	return nil
}

// unknownKey names the key that was probably meant.
func (e *env) unknownKey(name string) error {
	out := e.say(text.CtlPolicyUnknownKey, name)
	var wrong *policy.Error
	if _, err := new(policy.Loaded).Explain(name); errors.As(err, &wrong) && wrong.Hint != "" {
		out += "; " + e.say(text.CtlPolicyMeant, wrong.Hint)
	}
	return &fault{text: out, code: "usage", exit: exitUsage}
}

// loadPolicy reads the policy; what is wrong with it goes to stderr line by line, and the error only counts it.
func (e *env) loadPolicy(file string) (*policy.Loaded, error) {
	loaded, err := policy.Load(file)
	var wrong policy.Errors
	if !errors.As(err, &wrong) {
		return loaded, err
	}
	for _, w := range wrong {
		fmt.Fprintln(e.stderr, clean(e.policyError(w.Parts())))
	}
	return nil, &fault{
		text: e.say(text.CtlPolicyBad, len(wrong)),
		code: string(apitype.ConfigInvalid),
		exit: exitOf(apitype.ConfigInvalid),
	}
}

// policyError is one line: where, which key, what is wrong, what was meant, what is allowed.
func (e *env) policyError(p policy.Parts) string {
	out := p.Where
	if p.Key != "" {
		out += ": " + p.Key
	}
	out += ": " + e.in(p.What)
	if p.Hint != "" {
		out += "; " + e.say(text.CtlPolicyMeant, p.Hint)
	}
	if allowed := e.in(p.Allowed); allowed != "" {
		out += "; " + e.say(text.CtlPolicyAllowed, allowed)
	}
	return out
}

func (e *env) in(t policy.Text) string {
	if e.lang == text.SV {
		return t.SV
	}
	return t.EN
}

func (e *env) origin(o policy.Origin) string {
	if o.File == "" {
		return e.say(text.CtlPolicyBuiltIn)
	}
	return fmt.Sprintf("%s:%d", o.File, o.Line)
}

// policyKeys returns the names of all keys, for completions.
func policyKeys() []string {
	var names []string
	for _, k := range policy.Keys() {
		names = append(names, k.Name)
	}
	return names
}
