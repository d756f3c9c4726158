package e2e

import (
	"fmt"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// session is policy's table of that name.
func session(format string, args ...any) stack.AgentOptions {
	return stack.AgentOptions{Policy: "[session]\n" + fmt.Sprintf(format, args...)}
}

// countingDown says whether a desktop is open and counts down to its lock.
func countingDown(s apitype.Snapshot) bool {
	return s.Session != nil && s.Session.State == "unlocked" && s.Session.LocksInS > 0
}

func TestADesktopOutlivesItsCardByItsGrace(t *testing.T) {
	const grace = 2 * time.Second
	d := openDesktop(t, session("removal_grace = %q\n", grace))
	card := d.InsertAnna()
	d.loginAsAnna()
	begun := time.Now()
	d.Must(card.Remove())
	s := d.AwaitPhase(apitype.NoCard)
	if !countingDown(s) || s.Session.LocksInS > 2 || s.Holder != nil || time.Until(s.Session.LocksAt) > grace+time.Second {
		t.Errorf("in its grace the desktop is %+v, the holder %+v", s.Session, s.Holder)
	}
	d.AwaitThat("the child to end with its card", func() bool { return len(d.Children()) == 0 })
	d.Must(card.Insert())
	s = d.AwaitPhase(apitype.NeedPIN)
	if !countingDown(s) {
		t.Errorf("the card that is back without its PIN makes it %+v", s.Session)
	}
	d.wantText(d.ctl("anna", text.SV, "", "status"), "låses om")
	d.awaitLock()
	if took := time.Since(begun); took < grace {
		t.Errorf("locked after %v", took)
	}
	d.wantRow(audit.SessionLocked, "")
	if s := d.Snapshot(); s.Session.State != "locked" || s.Session.LocksInS != 0 {
		t.Errorf("afterwards: %+v", s.Session)
	}
}

func TestTheHolderWhoIsBackInTimeKeepsTheDesktop(t *testing.T) {
	const grace = 3 * time.Second
	d := openDesktop(t, session("removal_grace = %q\n", grace))
	card := d.InsertAnna()
	d.loginAsAnna()
	d.Must(card.Remove())
	d.AwaitPhase(apitype.NoCard)
	d.Must(card.Insert())
	d.AwaitPhase(apitype.NeedPIN)
	d.loginAsAnna()
	if s := d.Snapshot(); s.Phase != apitype.Unlocked || countingDown(s) {
		t.Errorf("after the PIN: %s, %+v", s.Phase, s.Session)
	}
	<-time.After(grace) // nothing is to happen: there is no event
	d.wantUntold()
	if n := d.count(audit.SessionLocked); n != 0 {
		t.Errorf("%d rows tell of a lock", n)
	}
	d.WantVerify(card, 2)
}

func TestAnotherPersonsPINEndsTheGrace(t *testing.T) {
	d := openDesktop(t, session("removal_grace = \"1m\"\n"))
	card := d.InsertAnna()
	d.loginAsAnna()
	d.Must(card.Remove())
	d.AwaitPhase(apitype.NoCard)
	d.Card(d.Issue(bob()), stack.CardOptions{Slot: 1, PIN: pin})
	d.AwaitPhase(apitype.NeedPIN)
	d.wantUntold()
	d.Unlock()
	d.awaitLock()
	if s := d.Snapshot(); s.Session.User != "bob" || countingDown(s) {
		t.Errorf("the session is %+v", s.Session)
	}
}

func TestLogoutOnRemovalWaitsForTheEndOfTheGrace(t *testing.T) {
	d := openDesktop(t, session("removal_grace = \"1s\"\non_removal = \"logout\"\n"))
	card := d.InsertAnna()
	d.loginAsAnna()
	d.Must(card.Remove())
	if s := d.AwaitPhase(apitype.NoCard); !countingDown(s) {
		t.Errorf("in its grace the desktop is %+v", s.Session)
	}
	if state, err := d.session.Property("State"); err != nil || state.Value() == "closing" {
		t.Errorf("the session is %v, %v", state, err)
	}
	d.AwaitThat("the session to end", func() bool {
		state, err := d.session.Property("State")
		return err != nil || state.Value() == "closing"
	})
}

// TestADesktopThatNobodyUsesIsLockedWithItsCardIn has the shortest time that policy allows; half of it is the warning.
func TestADesktopThatNobodyUsesIsLockedWithItsCardIn(t *testing.T) {
	d := openDesktop(t, session("idle_lock = \"5s\"\n"))
	card := d.InsertAnna()
	d.loginAsAnna()
	d.Must(d.session.Idle(t.Context(), true))
	left := func(s apitype.Snapshot) bool { return problem(s, apitype.CardLeftBehind) != nil }
	if s := d.Await("the warning", left); s.Phase != apitype.Unlocked || !countingDown(s) || s.Session.LocksInS > 3 {
		t.Errorf("the warning is %s, %+v", s.Phase, s.Session)
	}
	d.Must(d.session.Idle(t.Context(), false))
	d.Await("the warning to end", func(s apitype.Snapshot) bool { return !left(s) && !countingDown(s) })
	d.wantUntold()
	d.Must(d.session.Idle(t.Context(), true))
	d.awaitLock()
	d.Await("the card to be told of", func(s apitype.Snapshot) bool { return s.Session.State == "locked" && left(s) })
	if row := d.wantRow(audit.SessionLocked, ""); row.Reason != "idle" || row.Session != d.session.ID {
		t.Errorf("the row of the lock is %+v", row.Row)
	}
	d.wantRow(audit.CardLeftBehind, apitype.CardLeftBehind)
	for _, lang := range langs() {
		d.wantText(d.ctl("", lang, "", "status"), text.Problem(lang, apitype.CardLeftBehind).Headline)
	}
	d.Must(card.Remove())
	d.Await("the card to be out", func(s apitype.Snapshot) bool { return s.Phase == apitype.NoCard && !left(s) })
}

func TestACardThatIsPulledWhileTheServiceRestartsLeavesTheDesktopLocked(t *testing.T) {
	d := openDesktop(t, session("removal_grace = \"1m\"\n"))
	card := d.InsertAnna()
	d.loginAsAnna()
	d.Must(d.Service.Stop())
	d.awaitLock()
	d.Must(card.Remove())
	d.Must(d.Service.Start())
	if s := d.AwaitPhase(apitype.NoCard); s.Session != nil && s.Session.State != "locked" {
		t.Errorf("the session is %+v", s.Session)
	}
	if n := d.count(audit.SessionLocked); n != 1 {
		t.Errorf("%d rows tell of a lock", n)
	}
}
