package canary

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/soak"
)

// runTime is how long one run of the tests may take, with its build.
const runTime = 5 * time.Minute

// root is the module's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// chosen are the canaries of this form of the suite: all, or of each package the first, with the tests that need no
// programs.
func chosen() []Canary {
	if soak.Long() {
		return All()
	}
	var first []Canary
	seen := map[string]bool{}
	for _, c := range All() {
		c.Tests = slices.DeleteFunc(slices.Clone(c.Tests), func(t Test) bool { return t.Real })
		if len(c.Tests) > 0 && !seen[c.Package] {
			seen[c.Package] = true
			first = append(first, c)
		}
	}
	return first
}

// run runs tests and returns what they came to. tag is set for the tests that run in their own process; programs, if
// any, is where the programs are that the others run.
func run(t *testing.T, test Test, tag, programs string) verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runTime)
	defer cancel()
	args := []string{"test", "-json", "-vet=off", "-run", "^(" + test.Run + ")$", "-timeout", (runTime / 4).String()}
	tags := "ci" // as in the Makefile: Fyne without OpenGL
	if tag != "" && !test.Real {
		tags += "," + tag
	}
	args = append(args, "-tags", tags)
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+test.Package)...)
	cmd.Dir, cmd.WaitDelay = root(t), time.Second
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SITHS_") })
	if tag != "" {
		cmd.Env = append(cmd.Env, cppFlags(tag))
	}
	if programs != "" {
		cmd.Env = append(cmd.Env, "SITHS_BIN="+programs)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	v := judge(out.Bytes())
	if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		v.broken = err.Error()
	}
	if v.broken != "" || tag == "" && len(v.red) > 0 {
		t.Logf("%s", tail(out.Bytes(), 4000))
	}
	return v
}

// cppFlags tell the C compiler of a tag.
func cppFlags(tag string) string { return "CPPFLAGS=-D" + strings.ToUpper(tag) }

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// build builds every program with a tag, and returns the folder.
func build(t *testing.T, c Canary) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(root(t), "bin", "lab"), filepath.Join(dir, "lab")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // the labs' people run them too
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "make", "build", "BIN="+dir,
		"GOFLAGS_BUILD=-trimpath -tags "+c.Tag(), cppFlags(c.Tag()))
	cmd.Dir = root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the programs with %s: %v\n%s", c.Tag(), err, out)
	}
	return dir
}

// TestTheNamedTestsAreGreen: with every control on, each test that is named in the list is there and passes.
func TestTheNamedTestsAreGreen(t *testing.T) {
	type batch struct {
		pkg  string
		real bool
	}
	names := map[batch][]string{}
	for _, c := range chosen() {
		for _, test := range c.Tests {
			b := batch{test.Package, test.Real}
			names[b] = append(names[b], strings.Split(test.Run, "|")...)
		}
	}
	for b, list := range names {
		slices.Sort(list)
		list = slices.Compact(list)
		t.Run(b.pkg, func(t *testing.T) {
			if !b.real {
				t.Parallel()
			}
			v := run(t, Test{Package: b.pkg, Run: strings.Join(list, "|"), Real: b.real}, "", "")
			if v.broken != "" || len(v.red) > 0 {
				t.Fatalf("red: %v, broken: %s", v.red, v.broken)
			}
			for _, name := range list {
				if !slices.Contains(v.green, name) {
					t.Errorf("there is no %s", name)
				}
			}
		})
	}
}

// TestAControlThatIsSwitchedOffTurnsTheTestsRed is the reason for this package.
func TestAControlThatIsSwitchedOffTurnsTheTestsRed(t *testing.T) {
	all := chosen()
	results := make(chan result, len(all))
	t.Run("each", func(t *testing.T) {
		for _, c := range all {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				results <- result{c.Name, notices(t, c)}
			})
		}
	})
	close(results)
	report(t, results)
}

// notices says whether each of the tests that a canary names goes red with it.
func notices(t *testing.T, c Canary) bool {
	t.Helper()
	programs, all := "", true
	for _, test := range c.Tests {
		if test.Real && programs == "" {
			programs = build(t, c)
		}
		switch v := run(t, test, c.Tag(), programs); {
		case v.broken != "":
			t.Errorf("%s %s says nothing: %s", test.Package, test.Run, v.broken)
			all = false
		case len(v.red) == 0:
			t.Errorf("%s %s is green although this is off: %s", test.Package, test.Run, c.Promise)
			all = false
		}
	}
	return all
}

// result is whether the tests have noticed that a control was off.
type result struct {
	name    string
	noticed bool
}

func report(t *testing.T, results <-chan result) {
	t.Helper()
	ran, silent := 0, []string{}
	for r := range results {
		if ran++; !r.noticed {
			silent = append(silent, r.name)
		}
	}
	slices.Sort(silent)
	found := fmt.Sprintf("%d of %d turned red, of %d that there are", ran-len(silent), ran, len(All()))
	if len(silent) > 0 {
		found += "; not noticed: " + strings.Join(silent, ", ")
	}
	soak.Report(t, soak.Row{ID: "7.1", Name: "security controls, switched off one at a time", Asked: "a test turns red for each",
		Found: found, Missed: ran < len(All()), Command: "make canary"})
}
