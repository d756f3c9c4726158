package neighbours

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// steering are texts that break lines, rows or terminals where they are not spelled out.
func steering() map[string]string {
	return map[string]string{
		"line breaks":     "Eva\r\n2026 ERROR forged\n{\"event\":\"unlock.granted\"}",
		"an escape":       "\x1b[2J\x1b]0;title\x07Eva",
		"a C1 control":    "\u009b31mEva\u0085",
		"JSON":            `Eva","event":"unlock.granted","x":"`,
		"turned around":   "Eva \u202etxt.exe\u2066",
		"nothing to see":  "E\u200bv\u00ada\ufeff",
		"a NUL":           "Eva\x00root",
		"2 kB":            strings.Repeat("Eva ", 512),
		"a line of pages": "Eva\u2028\u2029\v\f",
	}
}

func TestNamesAndServicesSteerNeitherRowsNorTerminals(t *testing.T) {
	t.Parallel()
	names := steering()
	if !soak.Long() { // each takes a card: all in one
		all := ""
		for _, text := range names {
			all += text[:min(len(text), 100)]
		}
		names = map[string]string{"all": all}
	}
	for what, name := range names {
		t.Run(what, func(t *testing.T) { t.Parallel(); steered(t, name) })
	}
	t.Cleanup(func() {
		soak.Report(t, soak.Row{ID: "4.7", Name: "control characters in certificates' names and in what callers send",
			Asked: "one row per event, nothing unprinted in rows, log or terminal", Found: fmt.Sprintf("%d names and services", len(names)),
			Command: "make soak ONLY=TestNamesAndServices"})
	})
}

func steered(t *testing.T, name string) {
	w := open(t, workplace.Plan{})
	person := workplace.Anna()
	person.GivenName, person.Surname, person.Org, person.Title = name, name, name, name
	w.InsertDir(w.Issue(person))
	w.AwaitPhase(apitype.NeedPIN)
	_, err := w.API.UnlockBegin(t.Context(), apitype.UnlockRequest{Account: "bob", Service: short(name)})
	if err == nil {
		t.Error("anna's card began an unlock for bob")
	}
	w.AwaitRow("the refusal", func(e audit.Entry) bool { return e.Event == audit.UnlockRefused })
	w.Unlock()
	program, err := w.Program("sithsctl")
	w.Must(err)
	for _, args := range []string{"status", "status --json", "card", "card --json", "audit show", "audit show --json"} {
		r := w.Run(stack.Cmd{Path: program, Args: append([]string{"--socket", w.API.Socket}, strings.Fields(args)...)})
		w.wantPrinted("sithsctl "+args, r.Stdout+r.Stderr)
	}
	granted := 0
	for _, row := range w.Rows() {
		if row.Event == audit.UnlockGranted {
			granted++
		}
	}
	if granted != 1 {
		t.Errorf("%d rows say that an unlock was granted", granted)
	}
	w.WantWholeLog()
	w.wantPrinted("the log", w.Service.Log())
	if strings.Contains(w.Service.Log(), "\n2026 ERROR") {
		t.Error("the log has a forged line")
	}
}

// short is as much of a text as a request takes.
func short(s string) string { return s[:min(len(s), 8<<10)] }

func (w *world) wantPrinted(what, text string) {
	w.t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			w.t.Errorf("%s prints %q", what, line[max(0, i-20):min(len(line), i+20)])
			return
		}
	}
}
