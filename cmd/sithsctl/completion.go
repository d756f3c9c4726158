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
	for _, prefix := range prefixes() {
		all = append(all, choice{prefix, following(prefix)})
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

// prefixes returns what stands before a word of some command, in the order of the commands.
func prefixes() []string {
	var all []string
	for _, c := range commands() {
		words := strings.Fields(c.name)
		for n := 1; n < len(words); n++ {
			if p := strings.Join(words[:n], " "); !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// following returns the words that can follow a prefix in the names of commands, each once.
func following(prefix string) []string {
	var words []string
	for _, c := range commands() {
		rest, ok := strings.CutPrefix(c.name, prefix+" ")
		if word, _, _ := strings.Cut(rest, " "); ok && !slices.Contains(words, word) {
			words = append(words, word)
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
