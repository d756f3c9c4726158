package sso

import (
	"context"
	"errors"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
)

// unitFile is what systemd is told about the service.
const unitFile = "../../../installer/linux/siths-agentd.service"

// supervised has the service run as systemd would.
func (w *world) supervised() *stack.Supervisor {
	w.tb.Helper()
	w.must(w.Service.Stop())
	s, err := w.Service.Supervise(context.WithoutCancel(w.tb.Context()), unitFile)
	w.must(err)
	w.tb.Cleanup(s.Close)
	w.awaitStart(s)
	return s
}

func (w *world) awaitStart(s *stack.Supervisor) {
	w.tb.Helper()
	select {
	case <-s.Starts():
	case <-time.After(patience):
		w.tb.Fatal("the service is not started")
	}
}

// reopen gives the PIN once more to a service that has just started, with anna's card in the reader.
func (w *world) reopen() {
	w.tb.Helper()
	w.Await("the card to be read", func(s apitype.Snapshot) bool {
		return (s.Phase == apitype.Locked || s.Phase == apitype.NeedPIN) && s.Card != nil && s.Holder != nil
	})
	w.Unlock()
}

// TestProgramsThatRunOutliveARestartOfTheService: the login ends with the service, and the PIN is asked for again; the
// connections of programs that run go on, and none of them has to be restarted.
func TestProgramsThatRunOutliveARestartOfTheService(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Web)
	s := w.supervised()
	browsers := w.browsers(browser.Chromium, browser.Firefox)
	client := w.start("holder")
	uses := []use{w.browse(browsers[0]), w.browse(browsers[1]), {"a Go program", func(context.Context) error { return w.fetch(client) }}}
	w.insertAnna()
	w.usable(uses)
	w.signs(client)
	w.must(w.Service.Stop())
	w.refused(client, "sign") // it waits for the next service, which has no login
	if l := client.do("slots"); l.err != nil || l.said != "0" {
		t.Errorf("without the PIN there is a card: %+v", l)
	}
	w.awaitStart(s)
	for _, u := range uses {
		w.must(stack.Await(t.Context(), u.name+" to be refused", func() bool { return u.do(t.Context()) != nil }))
	}
	w.reopen()
	w.refused(client, "sign") // in the session of before
	w.usable(uses)
	w.signs(client)
	w.stillThere(browsers)
}

// signs has a program sign in a new session.
func (w *world) signs(p *program) {
	w.tb.Helper()
	for _, command := range []string{"open", "sign"} {
		if l := p.do(command); l.err != nil {
			w.tb.Errorf("%s: %v", command, l.err)
		}
	}
}

// TestACrashOfTheServiceEndsTheConnectionsOfProgramsThatRun is a limit: nothing is known of what was under way. A program
// that is told so does not hang.
func TestACrashOfTheServiceEndsTheConnectionsOfProgramsThatRun(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Web)
	s := w.supervised()
	client := w.start("holder")
	w.insertAnna()
	w.signs(client)
	w.Service.Kill()
	w.awaitStart(s)
	w.reopen()
	w.refused(client, "sign")
	w.refused(client, "open")
	if l := w.start("another").do("open"); l.err != nil {
		t.Errorf("a program that is started afterwards: %v", l.err)
	}
	if errors.Is(client.do("slots").err, errHung) {
		t.Error("it hangs")
	}
}
