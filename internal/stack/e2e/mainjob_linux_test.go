package e2e

import (
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/stall"
	"siths-agent/ui/text"

	"github.com/godbus/dbus/v5"
)

// The bounds that people notice: what a card may take at most, in commands to it.
const (
	maxToNeedPIN  = 45
	maxToUnlocked = 6
)

func TestACardAndItsPINUnlock(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertDir(w.Issue(anna()))
	s := w.AwaitPhase(apitype.NeedPIN)
	if s.Holder == nil || s.Holder.Name != "Anna Test" || s.Holder.Account != "anna" || s.Holder.LoA != 3 {
		t.Errorf("the holder is %+v", s.Holder)
	}
	if s.Card.Kind == "" || s.Card.PIN == nil || s.Card.PIN.Auth.Tries != 3 {
		t.Errorf("the card is %+v", s.Card)
	}
	read := w.Stat(card)
	if read.APDU > maxToNeedPIN || read.Verify != 0 || read.Sign != 0 {
		t.Errorf("reading the card took %+v, at most %d commands are allowed", read, maxToNeedPIN)
	}
	w.Unlock()
	opened := w.Stat(card)
	if took := opened.APDU - read.APDU; took > maxToUnlocked || opened.Verify != 1 || opened.Sign != 1 {
		t.Errorf("PIN to unlocked took %d commands, at most %d are allowed; %+v", took, maxToUnlocked, opened)
	}
	row := w.wantRow(audit.UnlockGranted, "")
	if row.Account != "anna" || row.HSAID != annasID || row.Proof == "" || row.LoA != 3 {
		t.Errorf("the row of the unlock is %+v", row.Row)
	}
}

// desktop is a world with a login manager, a session of anna's, and an ear on what the session is told.
type desktop struct {
	*world
	session *stack.Session
	locked  chan *dbus.Signal
}

// openDesktop starts a world whose login manager knows a session of anna's.
func openDesktop(t *testing.T, o stack.AgentOptions) *desktop {
	t.Helper()
	return openDesktopOf(t, plan{Service: o}, "anna")
}

// openDesktopOf is openDesktop for somebody's session.
func openDesktopOf(t *testing.T, p plan, person string) *desktop {
	t.Helper()
	w := openWithoutAgent(t, p)
	bus := w.Bus()
	d := &desktop{world: w, session: w.Session(w.Logind(bus), person), locked: make(chan *dbus.Signal, 64)}
	conn, err := bus.Dial(t.Context())
	w.Must(err)
	t.Cleanup(func() { _ = conn.Close() })
	w.Must(conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.login1.Session"), dbus.WithMatchMember("Lock")))
	conn.Signal(d.locked)
	w.Serve(p.Service)
	return d
}

// awaitLock waits until the session is told to lock.
func (d *desktop) awaitLock() {
	d.t.Helper()
	select {
	case <-d.locked:
	case <-time.After(patience):
		d.t.Fatal("the session was not told to lock")
	}
}

// wantUntold checks that the session has not been told to lock.
func (d *desktop) wantUntold() {
	d.t.Helper()
	select {
	case s := <-d.locked:
		d.t.Errorf("%s was told to lock", s.Path)
	default:
	}
}

// loginAsAnna unlocks from within anna's session, as her own user.
func (d *desktop) loginAsAnna() {
	d.t.Helper()
	d.wantLogin(pin, ctlDone)
}

func (d *desktop) wantLogin(typed string, exit int) {
	d.t.Helper()
	r, err := d.session.Run(d.t.Context(), d.command(text.EN, typed+"\n", "login", "--pin-fd", "0"))
	d.Must(err)
	if r.Code != exit {
		d.t.Fatalf("sithsctl login ended with %d, want %d: %s", r.Code, exit, said(r))
	}
}

func TestTakingTheCardOutLocksTheDesktop(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{})
	card := d.InsertAnna()
	d.loginAsAnna()
	s := d.AwaitPhase(apitype.Unlocked)
	if s.Session == nil || s.Session.ID != d.session.ID || s.Session.State != "unlocked" {
		t.Errorf("the session is %+v, want %s", s.Session, d.session.ID)
	}
	if n := len(d.Children()); n != 1 {
		t.Errorf("%d children hold the one card", n)
	}
	d.wantUntold()
	d.Must(card.Remove())
	d.awaitLock()
	s = d.AwaitPhase(apitype.NoCard)
	if s.Session == nil || s.Session.State != "locked" || s.Holder != nil || s.Card != nil {
		t.Errorf("without the card the snapshot is %+v", s)
	}
	d.AwaitThat("the child to end with its card", func() bool { return len(d.Children()) == 0 })
	row := d.wantRow(audit.SessionLocked, "")
	if row.Account != "anna" || row.Session != d.session.ID || row.Reason != "removed" {
		t.Errorf("the row of the lock is %+v", row.Row)
	}
}

func TestALockForgetsThePIN(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{})
	card := d.InsertAnna()
	d.loginAsAnna()
	child := d.Children()
	r := d.ctl("anna", text.EN, "", "lock")
	if r.Code != ctlDone {
		t.Fatal(said(r))
	}
	d.awaitLock()
	if s := d.AwaitReopened(); s.Session.State != "locked" {
		t.Errorf("the session is %+v", s.Session)
	}
	if now := d.Children(); len(now) != 1 || now[0] == child[0] {
		t.Errorf("child %v, which knew the PIN, was followed by %v", child, now)
	}
	d.wantLogin(wrongPIN, ctlPINWrong)
	d.loginAsAnna()
	d.WantVerify(card, 3)
}

func TestALockOfTheLoginManagerIsTheCardsToo(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{})
	d.InsertAnna()
	d.loginAsAnna()
	d.Must(d.session.Lock(t.Context()))
	if s := d.AwaitReopened(); s.Session.State != "locked" {
		t.Errorf("the session is %+v", s.Session)
	}
}

func TestRemovalDoesWhatPolicySays(t *testing.T) {
	t.Run("none leaves the desktop alone and the login closed", func(t *testing.T) {
		d := openDesktop(t, stack.AgentOptions{OnRemoval: "none"})
		card := d.InsertAnna()
		d.loginAsAnna()
		d.Must(card.Remove())
		if s := d.AwaitPhase(apitype.NoCard); s.Session.State != "locked" {
			t.Errorf("the login is %+v", s.Session)
		}
		d.wantRow(audit.SessionLocked, "")
		d.wantUntold()
	})
	t.Run("logout ends the session", func(t *testing.T) {
		d := openDesktop(t, stack.AgentOptions{OnRemoval: "logout"})
		card := d.InsertAnna()
		d.loginAsAnna()
		d.Must(card.Remove())
		d.AwaitPhase(apitype.NoCard)
		d.AwaitThat("the session to end", func() bool {
			state, err := d.session.Property("State")
			return err != nil || state.Value() == "closing"
		})
	})
}

func TestTheServiceOfTheReadersMayComeAndGo(t *testing.T) {
	ways := map[string]func(*world){
		"restarted": func(w *world) { w.Must(w.Readers.Restart()) },
		"killed":    func(w *world) { w.Readers.Kill(); w.awaitDown(); w.Must(w.Readers.Start()) },
	}
	for name, away := range ways {
		t.Run(name, func(t *testing.T) {
			d := openDesktop(t, stack.AgentOptions{})
			d.InsertAnna()
			d.loginAsAnna()
			before := d.Snapshot().Card.Insertion
			away(d.world)
			d.awaitLock()
			s := d.Await("the card to be known again", func(s apitype.Snapshot) bool {
				return s.Card != nil && s.Card.Insertion > before && s.Holder != nil
			})
			if s.Session.State != "locked" {
				t.Errorf("the session is %+v", s.Session)
			}
			d.loginAsAnna()
		})
	}
}

// awaitDown waits until the service tells that the readers' service is gone.
func (w *world) awaitDown() {
	w.t.Helper()
	w.Await("the readers' service to be missed", func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NoReader && problem(s, apitype.ReaderServiceDown) != nil
	})
}

func TestOfTwoCardsOnlyTheOneThatUnlockedCounts(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{})
	annas := d.InsertAnna()
	d.loginAsAnna()
	bobs := d.Card(d.Issue(bob()), stack.CardOptions{Slot: 1, PIN: pin})
	in := d.AwaitRow("bob's card", func(e audit.Entry) bool { return e.Event == audit.CardIn && e.Reader == "Virtual PCD 00 01" })
	if s := d.Snapshot(); s.Phase != apitype.Unlocked || s.Holder.Account != "anna" {
		t.Errorf("bob's card beside hers makes anna's login %+v", s)
	}
	d.Must(bobs.Remove())
	d.AwaitRow("bob's card going", func(e audit.Entry) bool { return e.Event == audit.CardOut && e.Insertion == in.Insertion })
	if s := d.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("pulling bob's card made it %s", s.Phase)
	}
	d.wantUntold()
	d.Must(bobs.Insert())
	d.Must(annas.Remove())
	d.awaitLock()
	s := d.Await("bob's card to come forward", func(s apitype.Snapshot) bool { return s.Holder != nil && s.Holder.Account == "bob" })
	if s.Session.State != "locked" || s.Session.User != "anna" {
		t.Errorf("the session is %+v", s.Session)
	}
	d.WantVerify(bobs, 0)
}

func TestAServiceThatWasKilledComesBackWithNothingOpen(t *testing.T) {
	w := open(t, plan{})
	card := w.Unlocked()
	children := w.Children()
	w.Service.Kill()
	w.AwaitThat("the child to end with the service", func() bool { return workplace.ReadIfThere(workplace.ProcFile(children[0], "stat")) == "" })
	w.Must(w.Service.Start())
	s := w.AwaitPhase(apitype.NeedPIN)
	if s.Session == nil || s.Session.User != "anna" || s.Session.State != "locked" {
		t.Errorf("what a crash left open is shown as %+v", s.Session)
	}
	if r := w.ctl("", text.EN, "", "audit", "verify"); r.Code != ctlDone {
		t.Errorf("the log after the crash: %s", said(r))
	}
	w.Unlock()
	w.WantVerify(card, 2)
}

func TestAServiceThatIsStoppedLeavesTheDesktopLocked(t *testing.T) {
	d := openDesktop(t, stack.AgentOptions{})
	d.InsertAnna()
	d.loginAsAnna()
	clock := stall.Begin()
	d.Must(d.Service.Stop())
	if took := clock.Took(); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	d.awaitLock()
	log := workplace.ReadIfThere(d.Service.State() + "/" + audit.FileName)
	wantInOrder(t, log, `"event":"unlock.granted"`, `"event":"session.locked"`, `"event":"agent.stop"`)
}

// TestAnOrdinaryUserCanRunTheService asks everything as that user: clients talk to a service of root or their own only.
func TestAnOrdinaryUserCanRunTheService(t *testing.T) {
	w := open(t, plan{Service: stack.AgentOptions{As: "anna"}})
	card := w.InsertDir(w.Issue(anna()))
	phase := func(p apitype.Phase) func() bool {
		return func() bool {
			return strings.Contains(w.ctl("anna", text.EN, "", "status", "--json").Stdout, `"phase":"`+string(p)+`"`)
		}
	}
	w.AwaitThat("the card to be read", phase(apitype.NeedPIN))
	w.wantPAM(w.pam(attempt{as: "anna", typed: pin + "\n"}), pamSuccess)
	w.AwaitThat("the card to have unlocked", phase(apitype.Unlocked))
	w.Must(card.Remove())
	w.AwaitThat("the card to be gone", phase(apitype.NoCard))
	w.AwaitThat("the child to be gone", func() bool { return len(w.Children()) == 0 })
	log := w.ctl("anna", text.EN, "", "audit", "show", "--json").Stdout
	wantInOrder(t, log, `"event":"unlock.granted"`, `"event":"session.locked"`)
}

// idleBeats is how many heartbeats a card has to stay quiet for.
const idleBeats = 3

func TestAnIdleCardIsLeftAlone(t *testing.T) {
	const beat = time.Second // the shortest that policy allows
	w := open(t, plan{Service: stack.AgentOptions{Policy: "[session]\nidentity_heartbeat = \"1s\"\n"}})
	card := w.InsertAnna()
	quiet := func(state string) {
		before := w.Stat(card)
		<-time.After(idleBeats * beat) // nothing is to happen: there is no event
		if after := w.Stat(card); after != before {
			t.Errorf("%s: %+v became %+v", state, before, after)
		}
	}
	quiet("waiting for the PIN")
	w.Unlock()
	begun, before := time.Now(), w.Stat(card).APDU
	w.AwaitThat("some heartbeats", func() bool { return w.Stat(card).APDU >= before+idleBeats })
	if beats := int(time.Since(begun)/beat) + 1; w.Stat(card).APDU-before > beats {
		t.Errorf("%d commands in at most %d heartbeats", w.Stat(card).APDU-before, beats)
	}
	w.Must(w.API.Lock(t.Context()))
	w.AwaitReopened()
	quiet("locked")
	w.WantVerify(card, 1)
}
