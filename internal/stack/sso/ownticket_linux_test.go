package sso

import (
	"strings"
	"testing"

	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
)

// TestATicketThatAPersonHasGotByHandIsTheirsToDestroy: only what the service has released ends with the card.
func TestATicketThatAPersonHasGotByHandIsTheirsToDestroy(t *testing.T) {
	t.Parallel()
	w := open(t, lab.KDC)
	w.insertAnna()
	w.awaitTicket()
	w.must(w.kinit(t.Context()))
	w.remove()
	w.awaitOut()
	w.must(stack.Await(t.Context(), "the service's ticket to be gone", func() bool { return w.anna(stack.Cmd{Path: "klist", Args: []string{"-s"}}).Code != 0 }))
	w.well(w.anna(stack.Cmd{Path: "klist", Args: []string{"-s", "-c", "FILE:" + w.Home("anna") + "/own.cc"}}))
}

// TestAKinitByHandWithoutACacheOfItsOwnFailsBeforeItAsksForAPassword is a limit: once the computer is set up, the place where
// programs look for tickets is the service's, for everybody.
func TestAKinitByHandWithoutACacheOfItsOwnFailsBeforeItAsksForAPassword(t *testing.T) {
	t.Parallel()
	w := open(t, lab.KDC)
	for _, who := range []string{"anna", "bob"} {
		r := w.Run(stack.Cmd{Path: "kinit", Args: []string{who + "@" + lab.Realm}, As: who})
		if r.Code == 0 || !strings.Contains(r.Stderr, "ccache") {
			t.Errorf("%s: it ended with %d: %s%s", who, r.Code, r.Stdout, r.Stderr)
		}
		r = w.Run(stack.Cmd{Path: "kinit", Args: []string{"-c", "FILE:" + w.Home(who) + "/own.cc", who + "@" + lab.Realm}, As: who})
		if r.Code == 0 || strings.Contains(r.Stderr, "ccache") || !strings.Contains(r.Stdout, "Password for") {
			t.Errorf("%s, with a cache of the person's own: it ended with %d: %s%s", who, r.Code, r.Stdout, r.Stderr)
		}
	}
}
