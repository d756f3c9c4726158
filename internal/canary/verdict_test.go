package canary

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// verdict is what a run of `go test -json` came to.
type verdict struct {
	green  []string // top-level tests that passed
	red    []string // top-level tests that failed with a message of their own
	broken string   // why the run says nothing, "" when it does
}

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action  string
	Test    string
	Output  string
	Package string
}

// message is how a test says what it found: a file, a line, and a text. crash is how a program says that it is no more.
var (
	message = regexp.MustCompile(`(?m)^\s*[\w./-]+\.go:\d+: `)
	crash   = regexp.MustCompile(`(?m)^\s*(panic:|fatal error:|SIG[A-Z]+:)`)
)

// judge reads the output of `go test -json`. A program that does not build, crashes, or fails without a message, proves
// nothing about a control.
func judge(output []byte) verdict {
	var v verdict
	said := map[string]string{} // top-level test → its output
	for line := range bytes.Lines(output) {
		var e event
		if json.Unmarshal(line, &e) != nil {
			continue // what the go command itself has to say
		}
		top, _, _ := strings.Cut(e.Test, "/")
		said[top] += e.Output
		switch {
		case e.Action == "build-fail":
			v.broken = "does not build"
		case e.Test == "" || e.Test != top:
		case e.Action == "pass":
			v.green = append(v.green, top)
		case e.Action == "fail" && message.MatchString(said[top]):
			v.red = append(v.red, top)
		case e.Action == "fail":
			v.broken = top + " failed without a message"
		}
	}
	for _, text := range said {
		if crash.MatchString(text) {
			v.broken = "crashed"
		}
	}
	if v.broken == "" && len(v.green)+len(v.red) == 0 {
		v.broken = "no test of that name"
	}
	return v
}

func TestOnlyAMessageOfATestIsRed(t *testing.T) {
	for _, c := range []struct {
		name, output string
		red          bool
		broken       string
	}{
		{"an assertion", `{"Action":"output","Test":"TestA","Output":"    a_test.go:3: got 1\n"}
{"Action":"fail","Test":"TestA"}`, true, ""},
		{"an assertion of a part", `{"Action":"output","Test":"TestA/x","Output":"        a_test.go:3: got 1\n"}
{"Action":"fail","Test":"TestA/x"}
{"Action":"fail","Test":"TestA"}`, true, ""},
		{"a pass", `{"Action":"pass","Test":"TestA"}`, false, ""},
		{"no build", `{"Action":"build-output","Output":"a.go:1: no\n"}
{"Action":"build-fail"}`, false, "does not build"},
		{"a panic", `{"Action":"output","Test":"TestA","Output":"    a_test.go:3: got 1\n"}
{"Action":"output","Test":"TestA","Output":"panic: nil\n"}
{"Action":"fail","Test":"TestA"}`, false, "crashed"},
		{"a failure of TestMain", `{"Action":"output","Output":"main_test.go:3: no\n"}
{"Action":"fail"}`, false, "no test of that name"},
		{"a test that only ends", `{"Action":"fail","Test":"TestA"}`, false, "TestA failed without a message"},
		{"nothing", ``, false, "no test of that name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := judge([]byte(c.output))
			if red := len(v.red) > 0 && v.broken == ""; red != c.red || v.broken != c.broken {
				t.Errorf("%+v", v)
			}
		})
	}
}
