package e2e

import (
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// service is the PAM service of the tests.
const service = "siths-test"

// The words of libpam for the results of the module (pam_strerror(3)).
const (
	pamSuccess     = "successfully authenticated"
	pamAuthErr     = "Authentication failure"
	pamMaxTries    = "Have exhausted maximum number of retries for service"
	pamUnavailable = "Authentication service cannot retrieve authentication info"
	pamUserUnknown = "User not known to the underlying authentication module"
	pamSystemErr   = "System error"
)

// Exit codes of sithsctl.
const (
	ctlDone        = 0
	ctlFailed      = 1
	ctlUnreachable = 3
	ctlDenied      = 4
	ctlNoCard      = 5
	ctlPINWrong    = 6
	ctlPINBlocked  = 7
	ctlCert        = 8
)

func langs() []text.Lang { return []text.Lang{text.SV, text.EN} }

// locale is the environment of a person who reads the language.
func locale(l text.Lang) string {
	if l == text.SV {
		return "LANG=sv_SE.UTF-8"
	}
	return "LANG=en_US.UTF-8"
}

// attempt is somebody at an application that asks PAM.
type attempt struct {
	user    string // empty: anna
	as      string // who runs the application; empty: root
	lang    text.Lang
	typed   string // what is typed, lines
	options string // of the module, behind the socket
}

// pam lets pamtester ask the module and returns what it said.
func (w *world) pam(a attempt) stack.Result {
	w.t.Helper()
	w.stack("auth required MODULE " + a.options)
	return w.pamtester(a)
}

// stack writes the PAM service of the tests. MODULE is our module with its socket.
func (w *world) stack(lines ...string) {
	w.t.Helper()
	module, err := w.Program("pam_siths.so")
	w.Must(err)
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "MODULE", module+" socket="+w.API.Socket)
	w.PAM(service, text)
}

func (w *world) pamtester(a attempt) stack.Result {
	w.t.Helper()
	if a.user == "" {
		a.user = "anna"
	}
	return w.Run(stack.Cmd{Path: "pamtester", Args: []string{service, a.user, "authenticate"}, As: a.as,
		Env: []string{locale(a.lang)}, Stdin: strings.NewReader(a.typed)})
}

// said is all that a program wrote.
func said(r stack.Result) string { return r.Stdout + r.Stderr }

// wantPAM checks the result of an attempt; everything but success has to be a refusal for the shell too.
func (w *world) wantPAM(r stack.Result, result string) {
	w.t.Helper()
	if !strings.Contains(said(r), result) || (r.Code == 0) != (result == pamSuccess) {
		w.t.Errorf("pamtester ended with %d, want %q:\n%s", r.Code, result, said(r))
	}
}

// wantText checks that each of the texts was said.
func (w *world) wantText(r stack.Result, texts ...string) {
	w.t.Helper()
	for _, want := range texts {
		if !strings.Contains(said(r), want) {
			w.t.Errorf("%q was not said:\n%s", want, said(r))
		}
	}
}

// ctl runs sithsctl as somebody (empty: root).
func (w *world) ctl(as string, l text.Lang, typed string, args ...string) stack.Result {
	w.t.Helper()
	c := w.command(l, typed, args...)
	c.As = as
	return w.Run(c)
}

// command is sithsctl with its arguments.
func (w *world) command(l text.Lang, typed string, args ...string) stack.Cmd {
	w.t.Helper()
	program, err := w.Program("sithsctl")
	w.Must(err)
	return stack.Cmd{Path: program, Args: append([]string{"--socket", w.API.Socket}, args...),
		Env: []string{locale(l)}, Stdin: strings.NewReader(typed)}
}

// login runs sithsctl login with a PIN.
func (w *world) login(l text.Lang, typed string) stack.Result {
	w.t.Helper()
	return w.ctl("", l, typed+"\n", "login", "--pin-fd", "0")
}

// wantCtl checks how sithsctl ended and that it named the code and said what people read.
func (w *world) wantCtl(r stack.Result, exit int, l text.Lang, code apitype.Code) {
	w.t.Helper()
	if r.Code != exit || !strings.Contains(r.Stderr, "["+string(code)+"]") {
		w.t.Errorf("sithsctl ended with %d, want %d and [%s]:\n%s", r.Code, exit, code, said(r))
	}
	next := text.Problem(l, code).Action
	if code == apitype.PINBlocked {
		next = text.Unlock(l, "") // the cards here are of no product that policy names
	}
	w.wantText(r, text.Problem(l, code).Headline, next)
}

// wantRow waits for a row with an event and a code.
func (w *world) wantRow(event audit.Event, code apitype.Code) audit.Entry {
	w.t.Helper()
	return w.AwaitRow(string(event)+" "+string(code), func(e audit.Entry) bool {
		return e.Event == event && e.Code == string(code)
	})
}

// count counts the rows of an event.
func (w *world) count(event audit.Event) int {
	w.t.Helper()
	n := 0
	for _, row := range w.Rows() {
		if row.Event == event {
			n++
		}
	}
	return n
}

// wantInOrder checks that the parts stand in a log, one after the other.
func wantInOrder(t *testing.T, log string, parts ...string) {
	t.Helper()
	rest := log
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Errorf("%s is missing, or not in its place, in\n%s", part, log)
		}
		rest = after
	}
}
