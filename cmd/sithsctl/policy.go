package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"siths-agent/agent/apitype"
	business "siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
	"siths-agent/ui/text"
)

func buildPolicyCheck(fs *flag.FlagSet) action {
	config := fs.String("config", "", "FILE")
	return func(_ context.Context, e *env, _ []string) error {
		loaded, systems, err := e.loadAll(*config)
		if err != nil {
			return err
		}
		names := slices.Clone(loaded.Files)
		for _, s := range systems {
			names = append(names, s.File)
			for _, said := range e.labelsOf(s) {
				fmt.Fprintln(e.stderr, clean(said))
			}
		}
		e.warnMeetings(systems)
		files := strings.Join(names, ", ")
		if files == "" {
			files = e.say(text.CtlPolicyBuiltIn)
		}
		return e.println(e.say(text.CtlPolicyGood, files))
	}
}

// warnMeetings names systems whose rules meet in one program and ask its person in different ways.
func (e *env) warnMeetings(sources []business.Source) {
	var all []business.System
	for _, s := range sources {
		all = append(all, s.System)
	}
	for _, m := range business.Meetings(all) {
		said := e.say(text.CtlPolicyMeeting, m.Mild.Name, m.Mild.Caller.Asks(), m.Strict.Name, m.Strict.Caller.Asks())
		fmt.Fprintln(e.stderr, clean(said))
	}
}

// labelsOf says what is amiss with the labels that a system builds on.
func (e *env) labelsOf(s business.Source) []string {
	switch {
	case !s.System.NeedsLabel():
		return nil
	case !business.KernelLabels():
		return []string{e.say(text.CtlPolicyNoLabels, s.File)}
	case business.LabelsForAll():
		return []string{e.say(text.CtlPolicyForAll, s.File)}
	}
	var said []string
	if open := business.OpenProfiles(); len(open) > 0 {
		said = append(said, e.say(text.CtlPolicyOpen, s.File, strings.Join(open, ", ")))
	}
	if business.TracedByAll() {
		said = append(said, e.say(text.CtlPolicyTraced, s.File))
	}
	return said
}

func buildPolicyShow(fs *flag.FlagSet) action {
	config := fs.String("config", "", "FILE")
	return func(_ context.Context, e *env, _ []string) error {
		loaded, systems, err := e.loadAll(*config)
		if err != nil {
			return err
		}
		var b strings.Builder
		for _, x := range loaded.Show() {
			fmt.Fprintf(&b, "%s = %s  # %s\n", x.Key.Name, x.Value, e.origin(x.From))
		}
		for _, s := range systems {
			for _, x := range s.Settings() {
				fmt.Fprintf(&b, "%s: %s = %s  # %s\n", s.System.Name, x.Key.Name, x.Value, e.origin(x.From))
			}
		}
		return e.print(b.String())
	}
}

func buildPolicyExplain(fs *flag.FlagSet) action {
	config := fs.String("config", "", "FILE")
	return func(_ context.Context, e *env, args []string) error {
		key, ofSystems := systemKey(args[0])
		_, ofPolicy := policy.Lookup(args[0])
		if !ofPolicy && !ofSystems {
			return e.unknownKey(args[0])
		}
		loaded, systems, err := e.loadAll(*config)
		if err != nil {
			return err
		}
		if ofPolicy {
			x, err := loaded.Explain(args[0])
			if err := errors.Join(err, e.printExplanation(x)); err != nil {
				return err
			}
		}
		if !ofSystems {
			return nil
		}
		return e.explainSystems(key, systems)
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
	if meant := policy.Hint(name, policyKeys()); meant != "" {
		out += "; " + e.say(text.CtlPolicyMeant, meant)
	}
	return &fault{text: out, code: "usage", exit: exitUsage}
}

// loadAll reads the policy and the business systems; what is wrong goes to stderr line by line, and the error only counts it.
func (e *env) loadAll(file string) (*policy.Loaded, []business.Source, error) {
	loaded, err := policy.Load(file)
	var wrong policy.Errors
	if err != nil && !errors.As(err, &wrong) {
		return nil, nil, err
	}
	systems, errs := business.Read(business.Folder(file))
	wrong = append(wrong, errs...)
	if len(wrong) == 0 {
		return loaded, systems, nil
	}
	for _, w := range wrong {
		fmt.Fprintln(e.stderr, clean(e.policyError(w.Parts())))
	}
	return nil, nil, &fault{
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

// policyKeys returns the names of all keys, for completions and hints.
func policyKeys() []string {
	var names []string
	for _, k := range slices.Concat(policy.Keys(), business.Keys()) {
		names = append(names, k.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// systemKey returns the key of a business system's file.
func systemKey(name string) (policy.Key, bool) {
	keys := business.Keys()
	at := slices.IndexFunc(keys, func(k policy.Key) bool { return k.Name == name })
	if at < 0 {
		return policy.Key{}, false
	}
	return keys[at], true
}

// explainSystems says what a key of business systems is about, and what each of them has set it to.
func (e *env) explainSystems(k policy.Key, systems []business.Source) error {
	lines := []string{"systems.d: " + k.Name, "  " + e.in(k.Doc), "  " + e.say(text.CtlPolicyAllowed, e.in(k.Allowed()))}
	if k.Default != "" {
		lines = append(lines, "  "+e.say(text.CtlPolicyDefault, k.Default))
	}
	for _, s := range systems {
		for _, x := range s.Settings() {
			if x.Key.Name == k.Name {
				lines = append(lines, fmt.Sprintf("  %s = %s  # %s", s.System.Name, x.Value, e.origin(x.From)))
			}
		}
	}
	return e.print(strings.Join(lines, "\n") + "\n")
}
