package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// complete asks bash what it offers for a command line whose last word is being typed.
func complete(t *testing.T, script string, words ...string) []string {
	t.Helper()
	ask := `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sithsctl; printf '%s\n' "${COMPREPLY[@]}"`
	args := append([]string{"--norc", "--noprofile", "-euc", ask, "ask", script, "sithsctl"}, words...)
	out, err := exec.CommandContext(t.Context(), "bash", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v: %s", words, err, out)
	}
	return strings.Fields(string(out))
}

func bashScript(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sithsctl.bash")
	if err := os.WriteFile(name, []byte(bashCompletion()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestBashTakesTheCompletionScript(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "bash", "-n", bashScript(t)).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestBashCompletesWordsFlagsAndKeys(t *testing.T) {
	script := bashScript(t)
	cases := map[string]struct {
		words []string
		want  string
	}{
		"a verb":                      {[]string{"lo"}, "login lock"},
		"a second word":               {[]string{"audit", ""}, "show verify export"},
		"a flag":                      {[]string{"audit", "export", "--"}, "--file --format --from --out --to"},
		"a flag after a flag":         {[]string{"login", "--last-try", "--p"}, "--pin-fd"},
		"a policy key":                {[]string{"policy", "explain", "card.m"}, "card.modules"},
		"a shell":                     {[]string{"completion", "z"}, "zsh"},
		"after a global flag":         {[]string{"--socket", "/run/x", "pol"}, "policy"},
		"the value of a flag":         {[]string{"audit", "show", "--file", ""}, ""},
		"nothing for an unknown verb": {[]string{"dance", ""}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(complete(t, script, c.words...), " "); got != c.want {
				t.Errorf("%q completes to %q, want %q", c.words, got, c.want)
			}
		})
	}
}

func TestEveryScriptOffersEveryWordOfTheCommandLine(t *testing.T) {
	for _, shell := range shells() {
		script, ok := completion(shell)
		if !ok {
			t.Errorf("%s has no script", shell)
		}
		for _, c := range choices() {
			for _, word := range c.words {
				if !strings.Contains(script, word) {
					t.Errorf("%s: the script lacks %q after %q", shell, word, c.after)
				}
			}
		}
	}
	if _, ok := completion("tcsh"); ok {
		t.Error("there is a script for a shell that is not named")
	}
}

func TestTheChoicesHoldEachBeginningOnce(t *testing.T) {
	var seen []string
	for _, c := range choices() {
		if slices.Contains(seen, c.after) {
			t.Errorf("%q stands twice", c.after)
		}
		seen = append(seen, c.after)
	}
	for _, c := range commands() {
		if !slices.Contains(seen, c.name) {
			t.Errorf("%q has no choices", c.name)
		}
	}
}
