package main

import (
	"context"
	"flag"
	"slices"
	"strings"

	"siths-agent/ui/text"
)

func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func buildCompletion(*flag.FlagSet) action {
	return func(_ context.Context, e *env, args []string) error {
		script, ok := completion(args[0])
		if !ok {
			return e.usage(text.CtlShells, strings.Join(shells(), ", "))
		}
		return e.print(script)
	}
}

func completion(shell string) (string, bool) {
	switch shell {
	case "bash":
		return bashCompletion(), true
	case "zsh":
		return zshCompletion(), true
	case "fish":
		return fishCompletion(), true
	case "powershell":
		return powershellCompletion(), true
	}
	return "", false
}

// choice is what can follow a beginning of words that are not flags: "" or "audit" or "audit show".
type choice struct {
	after string
	words []string
}

// choices is the whole command line as a table: each script looks the words before the cursor up in it.
func choices() []choice {
	all := []choice{{words: append(firsts(), "--socket")}}
	for _, first := range firsts() {
		if subs := second(first); len(subs) > 0 {
			all = append(all, choice{first, subs})
		}
	}
	for _, c := range commands() {
		var words []string
		if c.words != nil {
			words = c.words()
		}
		words = append(words, flagsOf(c)...)
		i := slices.IndexFunc(all, func(x choice) bool { return x.after == c.name })
		if i < 0 {
			all = append(all, choice{after: c.name, words: words})
			continue
		}
		all[i].words = append(all[i].words, words...)
	}
	return all
}

// firsts returns the first words of all commands, each once.
func firsts() []string {
	var words []string
	for _, c := range commands() {
		first, _, _ := strings.Cut(c.name, " ")
		if !slices.Contains(words, first) {
			words = append(words, first)
		}
	}
	return words
}

// second returns the second words of the commands that begin with first.
func second(first string) []string {
	var words []string
	for _, c := range commands() {
		if sub, ok := strings.CutPrefix(c.name, first+" "); ok {
			words = append(words, sub)
		}
	}
	return words
}

func flagsOf(c command) []string {
	return flagNames(c, func(*flag.Flag) bool { return true })
}

// valueFlags returns the flags whose next word is their value.
func valueFlags() []string {
	words := []string{"--socket"}
	for _, c := range commands() {
		words = append(words, flagNames(c, takesValue)...)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func flagNames(c command, want func(*flag.Flag) bool) []string {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.build(fs)
	var words []string
	fs.VisitAll(func(f *flag.Flag) {
		if want(f) {
			words = append(words, "--"+f.Name)
		}
	})
	return words
}

func joinBar(words []string) string { return strings.Join(words, "|") }
