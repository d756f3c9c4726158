package kerberos

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
)

// kdc is a stand-in for all of kinit and a KDC, for what takes time with real ones.
type kdc struct {
	mu    sync.Mutex
	asked []ticket.Question
	lasts time.Duration
	fails error
}

func (k *kdc) Ask(_ context.Context, q ticket.Question) (ticket.Answer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = append(k.asked, q)
	now := time.Now()
	return ticket.Answer{Principal: q.Principal, Starts: now, Ends: now.Add(k.lasts), Cache: []byte("ticket " + strconv.Itoa(len(k.asked)))}, k.fails
}

func (k *kdc) times() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.asked)
}

// failing has it fail from now on (nil: not), and tells how often it was asked before.
func (k *kdc) failing(err error) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fails = err
	return len(k.asked)
}

// wanting is a system that wants a ticket.
func wanting(t *testing.T, name string) system.System {
	t.Helper()
	conf := filepath.Join(folderForAll(t), "krb5.conf")
	must(t, os.WriteFile(conf, []byte("[libdefaults]\n"), 0o644))
	return system.System{Name: name, Kind: system.Kerberos, Kerberos: &system.KerberosRule{Principal: "{account}", Realm: "LAB", Config: conf}}
}

func faked(t *testing.T) (*world, *kdc) {
	t.Helper()
	k := &kdc{lasts: time.Hour}
	return newWorld(t, k), k
}

func TestATicketIsRenewedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	k.lasts = 200 * time.Millisecond
	w.systems(wanting(t, "journal"))
	w.insert()
	w.await("three tickets", func() bool { return len(w.rowsOf(audit.SSOTicket)) >= 3 })
	w.await("the third ticket's file", func() bool {
		text, err := os.ReadFile(w.file("journal"))
		return err == nil && bytes.HasPrefix(text, []byte("ticket ")) && string(text) > "ticket 2"
	})
	if s := w.status("journal"); s.State != broker.Ready {
		t.Errorf("while it is renewed: %+v", s)
	}
}

func TestATicketThatCannotBeRenewedStaysUntilItsEnd(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	k.lasts = 300 * time.Millisecond
	w.systems(wanting(t, "journal"))
	w.insert()
	w.awaitState("journal", broker.Ready)
	k.failing(&ticket.Failure{Reason: ticket.Unreachable, Detail: "down"})
	w.awaitState("journal", broker.Unreachable)
	ends := w.rowsOf(audit.SSOTicket)[0].Until
	if time.Now().Before(ends) || w.there("journal") {
		t.Errorf("it went %s before its end, and is there: %v", time.Until(ends), w.there("journal"))
	}
	if rows := w.rowsOf(audit.SSOEnded); len(rows) != 1 || rows[0].Reason != "expired" {
		t.Errorf("rows %+v", rows)
	}
}

func TestFailuresAreTriedAgainAndWrittenOnce(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	k.failing(&ticket.Failure{Reason: ticket.Late, Detail: "slow"})
	w.systems(wanting(t, "journal"))
	w.insert()
	w.await("five attempts", func() bool { return k.times() >= 5 })
	if rows := w.rowsOf(audit.SSOFailed); len(rows) != 1 || rows[0].Systems[0] != "journal" {
		t.Errorf("rows %+v", rows)
	}
	k.failing(nil)
	w.awaitState("journal", broker.Ready)
}

func TestWhoSaysNoIsNotBothered(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	k.failing(&ticket.Failure{Reason: ticket.Revoked, Detail: "no"})
	w.systems(wanting(t, "journal"), wanting(t, "other"))
	w.insert()
	w.awaitState("journal", broker.Refused)
	w.awaitState("other", broker.Refused)
	if n := k.times(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	if err := w.keeper.Acquire(t.Context(), "journal"); err == nil || k.times() != 3 {
		t.Errorf("a person's wish: %v, asked %d times", err, k.times())
	}
}

func TestWhatIsReleasedComesBackWhenItIsWanted(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	w.systems(wanting(t, "journal"))
	if err := w.keeper.Acquire(t.Context(), "journal"); !errors.Is(err, broker.ErrNoLogin) {
		t.Errorf("without a login: %v", err)
	}
	w.insert()
	w.awaitState("journal", broker.Ready)
	must(t, w.keeper.Release(t.Context(), "journal"))
	if w.there("journal") || w.status("journal").State != broker.NeedPIN {
		t.Errorf("after the release: %+v", w.status("journal"))
	}
	must(t, w.keeper.Acquire(t.Context(), "journal"))
	must(t, w.keeper.Acquire(t.Context(), "journal"))
	if !w.there("journal") || k.times() != 2 {
		t.Errorf("there: %v, asked %d times", w.there("journal"), k.times())
	}
}

func TestTicketsGoWithTheirSystemsAndTheirTime(t *testing.T) {
	t.Parallel()
	w, _ := faked(t)
	short := wanting(t, "short")
	short.Session.Absolute = 300 * time.Millisecond
	journal := wanting(t, "journal")
	w.systems(journal, short)
	w.insert()
	w.awaitState("journal", broker.Ready)
	w.await("the end of the short system's time", func() bool { return !w.there("short") && w.status("short").State == broker.NeedPIN })
	if !w.there("journal") {
		t.Error("the other system's ticket has gone too")
	}
	w.systems()
	w.await("the end of the system", func() bool { return !w.there("journal") })
}

func TestNothingIsThereThatIsNotWrittenDown(t *testing.T) {
	t.Parallel()
	w, _ := faked(t)
	w.full = errors.New("the disk is full")
	w.systems(wanting(t, "journal"))
	w.insert()
	w.awaitState("journal", broker.Refused)
	if err := w.status("journal").Why; !errors.Is(err, broker.ErrUnwritten) || w.there("journal") {
		t.Errorf("%v; there: %v", err, w.there("journal"))
	}
	w.mu.Lock()
	w.full = nil
	w.mu.Unlock()
	w.awaitState("journal", broker.Ready)
}

// TestATicketThatIsRefusedAnewGoesAtItsEnd: and not only when the KDC is asked the next time. It is asked for the renewal and
// at the end, which is the same where the machine was busy with other things in between.
func TestATicketThatIsRefusedAnewGoesAtItsEnd(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	k.lasts = 300 * time.Millisecond
	w.systems(wanting(t, "journal"))
	w.insert()
	w.awaitState("journal", broker.Ready)
	before := k.failing(&ticket.Failure{Reason: ticket.Revoked, Detail: "no"})
	w.awaitState("journal", broker.Refused)
	if refused := k.times() - before; w.there("journal") || refused < 1 || refused > 2 {
		t.Errorf("there: %v, refused %d times", w.there("journal"), refused)
	}
}

func TestNobodyWaitsForTheDiskToAskForATicket(t *testing.T) {
	t.Parallel()
	w, _ := faked(t)
	journal := wanting(t, "journal")
	w.systems(journal, wanting(t, "other"))
	w.insert()
	w.awaitState("journal", broker.Ready)
	w.awaitState("other", broker.Ready)
	slow := make(chan struct{})
	w.mu.Lock()
	w.slow = slow
	w.mu.Unlock()
	w.systems(journal)
	w.await("the other ticket to go", func() bool { return !w.there("other") })
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if _, ok := w.keeper.Ticket("journal"); !ok {
			t.Error("there is no ticket")
		}
		w.keeper.Reload([]system.System{journal})
	}()
	select {
	case <-answered:
	case <-time.After(rowTime / 2):
		t.Error("who asks waits for the disk")
	}
	close(slow)
	<-answered
}

func TestAnotherLoginAndAStopLeaveNothing(t *testing.T) {
	t.Parallel()
	w, k := faked(t)
	w.systems(wanting(t, "journal"), wanting(t, "other"))
	w.insert()
	w.awaitState("journal", broker.Ready)
	w.insert() // which ends the former login
	w.await("the new login's tickets", func() bool { return k.times() == 4 && w.there("journal") && w.there("other") })
	w.stop()
	if left, err := filepath.Glob(filepath.Join(w.run, tickets, "*", "*")); err != nil || len(left) > 0 {
		t.Errorf("%q are left, %v", left, err)
	}
}

func TestWhatAKilledServiceLeftIsDestroyedAtTheNextStart(t *testing.T) {
	w, _ := faked(t)
	left, err := w.keeper.folder.put(person, "journal", []byte("ticket of yesterday"))
	must(t, err)
	must(t, os.Chmod(left.path, 0)) // as its owner can
	if _, err := New(Options{Run: w.run, Broker: w.Broker}); err != nil {
		t.Fatal(err)
	}
	info, err := left.file.Stat()
	if err != nil || info.Size() != 0 || w.there("journal") {
		t.Errorf("%+v, %v; there: %v", info, err, w.there("journal"))
	}
}

func TestAPrincipalIsMadeOfTheCard(t *testing.T) {
	l := broker.Login{UPN: "anna@" + lab.Realm, Account: "anna", HSAID: "SE1-P2"}
	for template, want := range map[string]string{
		"": l.UPN, "{upn}": l.UPN, "{account}": "anna", "{hsa_id}": "SE1-P2", "{account}/card": "anna/card", "fixed": "fixed",
	} {
		if got, err := principal(template, l); got != want || err != nil {
			t.Errorf("%q is %q, %v", template, got, err)
		}
	}
	if n, ok := errors.AsType[*Nameless](second(principal("{upn}", broker.Login{Account: "anna"}))); !ok || n.Word != "{upn}" {
		t.Errorf("a card without a UPN: %v", n)
	}
}

func second(_ string, err error) error { return err }

// TestATicketTakesFewSignatures: whatever rules kinit, or the KDC that it talks to, cannot have the card sign at will.
func TestATicketTakesFewSignatures(t *testing.T) {
	o := &owned{Callers: anybody{}}
	made := 0
	for range 100 {
		if _, err := o.Again(t.Context(), broker.Caller{}); err == nil {
			made++
		}
	}
	if made == 0 || made > 3 {
		t.Errorf("%d signatures for one ticket", made)
	}
}

// somebody is who comes to a socket in a test of who may.
type somebody struct{ broker.Caller }

func (s somebody) Who(context.Context, net.Conn) (broker.Caller, error)        { return s.Caller, nil }
func (s somebody) Again(context.Context, broker.Caller) (broker.Caller, error) { return s.Caller, nil }

func TestAProgramIsTheAgentsOwnForOneTicketAndAsTheRightUserAlone(t *testing.T) {
	w, _ := faked(t)
	w.systems(wanting(t, "journal"))
	w.insert()
	w.awaitState("journal", broker.Ready)
	kinit := broker.Caller{PID: 77, Start: 1, UID: 61900}
	o := &owned{Callers: somebody{kinit}, broker: w.Broker, uid: kinit.UID, system: "journal"}
	use := broker.Use{System: "journal"}
	if _, err := o.Who(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Grant(t.Context(), kinit, use); err != nil {
		t.Errorf("while its socket is there: %v", err)
	}
	o.disown()
	if _, err := w.Grant(t.Context(), kinit, use); err == nil {
		t.Error("it goes on when its socket is gone")
	}
	o.uid++
	if _, err := o.Who(t.Context(), nil); !errors.Is(err, errForeign) {
		t.Errorf("another user comes to %v", err)
	}
}
