package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const root = "../.."

func TestEveryParserHasItsTargetsAndEveryTargetItsParser(t *testing.T) {
	found, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[target]bool{}
	for _, p := range parsers() {
		for _, name := range p.targets {
			listed[target{p.pkg, name}] = true
			if !slices.Contains(found, target{p.pkg, name}) {
				t.Errorf("%s: %s has no %s", p.what, p.pkg, name)
			}
		}
	}
	for _, f := range found {
		if !listed[f] {
			t.Errorf("%s of %s is in no list", f.name, f.pkg)
		}
	}
}

func TestMakeFuzzRunsThisProgram(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(makefile), "run ./internal/fuzzrun -for $(FUZZTIME)") {
		t.Error("make fuzz runs something else")
	}
}

// module is a module with one target.
func module(t *testing.T, body string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module m\n",
		"p/p_test.go": "package p\n\nimport \"testing\"\n\nfunc FuzzIt(f *testing.F) {\n\tf.Add(\"a\")\n" +
			"\tf.Fuzz(func(t *testing.T, s string) { " + body + " })\n}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestATargetThatFailsIsToldWithItsInput(t *testing.T) {
	t.Parallel()
	dir := module(t, `if s == "a" { t.Error("the letter") }`)
	r := run(context.Background(), dir, target{"p", "FuzzIt"}, time.Second)
	if r.verdict() != "FAILED" || !strings.Contains(r.failure, "the letter") || !sum([]result{r}, time.Second).Failed {
		t.Errorf("%+v", r)
	}
}

func TestANameThatNoTargetHasIsAnError(t *testing.T) {
	t.Chdir(module(t, `_ = s`))
	if err := fuzz(t.Context(), time.Second, "FuzzOther", ""); err == nil {
		t.Error("nothing was run, and nobody is told")
	}
}

func TestATargetThatHoldsIsCounted(t *testing.T) {
	t.Parallel()
	dir := module(t, `_ = s`)
	r := run(context.Background(), dir, target{"p", "FuzzIt"}, time.Second)
	if r.verdict() != "ok" || r.execs == 0 {
		t.Errorf("%+v", r)
	}
	if none := run(context.Background(), dir, target{"p", "FuzzOther"}, time.Second); none.verdict() != "FAILED" {
		t.Errorf("a target that is not there: %+v", none)
	}
}
