package kerberos

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
	"siths-agent/internal/trusted"
)

func TestATicketComesAndGoesWithItsCard(t *testing.T) {
	t.Parallel()
	l, asker := realm(t, lab.SPNEGO)
	w := newWorld(t, asker)
	w.systems(labs(t, l))
	begun := time.Now()
	w.insert()
	w.awaitState("journal", broker.Ready)
	t.Logf("the ticket was there after %s", time.Since(begun).Round(time.Millisecond))
	w.wantTheirs("journal")
	if out, err := w.as(person, l.Krb5Conf(), "kvno", "host/"+lab.App); err != nil {
		t.Errorf("the person's programs get no further tickets: %v: %s", err, out)
	}
	out, err := w.as(person, l.Krb5Conf(), "curl", "-sSi", "--negotiate", "-u", ":", "--resolve", "*:80:127.0.0.1",
		"--connect-to", "::127.0.0.1:", l.URL(lab.SPNEGO))
	level := base64.StdEncoding.EncodeToString([]byte(lab.Indicator))
	if err != nil || !strings.Contains(out, lab.UPN("anna")) || !strings.Contains(out, "X-Auth-Ind: "+level) {
		t.Errorf("no page: %v: %s", err, out)
	}
	conf := w.namingTheFolder(l)
	if out, err := w.with(person, []string{"KRB5_CONFIG=" + conf}, "kvno", "HTTP/"+lab.App); err != nil {
		t.Errorf("the person's programs do not find the ticket by krb5.conf: %v: %s", err, out)
	}
	if out, err := w.as(65534, l.Krb5Conf(), "klist"); err == nil {
		t.Errorf("somebody else has the person's tickets: %s", out)
	}
	w.wantReleased(l)
	open, err := os.Open(w.file("journal"))
	must(t, err)
	defer func() { _ = open.Close() }()
	begun = time.Now()
	w.out()
	w.await("the end of the ticket", func() bool { return !w.there("journal") })
	t.Logf("it was gone after %s", time.Since(begun).Round(time.Millisecond))
	if rest, err := os.ReadFile("/proc/self/fd/" + itoa(open.Fd())); err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		t.Errorf("who had it open reads %d bytes, %v", len(rest), err)
	}
	if out, err := w.as(person, l.Krb5Conf(), "klist"); err == nil {
		t.Errorf("without a card there is %s", out)
	}
	w.await("the row about the end", func() bool { return len(w.rowsOf(audit.SSOEnded)) == 1 })
}

func itoa(fd uintptr) string { return strconv.FormatUint(uint64(fd), 10) }

// namingTheFolder is a krb5.conf that has every person's programs look for tickets where the service puts them.
func (w *world) namingTheFolder(l *lab.Lab) string {
	w.t.Helper()
	text, err := os.ReadFile(l.Krb5Conf())
	must(w.t, err)
	line := "[libdefaults]\n default_ccache_name = DIR:" + filepath.Join(w.run, tickets) + "/%{uid}"
	path := l.Path("everybody.conf")
	must(w.t, os.WriteFile(path, []byte(strings.Replace(string(text), "[libdefaults]", line, 1)), 0o644))
	return path
}

// wantTheirs checks that a ticket is the person's alone, in a folder that the person cannot change.
func (w *world) wantTheirs(system string) {
	w.t.Helper()
	info, err := os.Lstat(w.file(system))
	must(w.t, err)
	if info.Mode() != 0o600 || info.Sys().(*syscall.Stat_t).Uid != person {
		w.t.Errorf("the ticket is uid %d's with mode %v", info.Sys().(*syscall.Stat_t).Uid, info.Mode())
	}
	dir, err := os.Stat(filepath.Dir(w.file(system)))
	must(w.t, err)
	if dir.Mode().Perm()&0o022 != 0 || dir.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		w.t.Errorf("its folder is uid %d's with mode %v", dir.Sys().(*syscall.Stat_t).Uid, dir.Mode())
	}
}

// wantReleased checks what the audit log says of a ticket: the signature for kinit, and the ticket.
func (w *world) wantReleased(l *lab.Lab) {
	w.t.Helper()
	got, signed := w.rowsOf(audit.SSOTicket), w.rowsOf(audit.SSOReleased)
	if len(got) != 1 || got[0].Principal != lab.UPN("anna") || time.Until(got[0].Until) < time.Hour || got[0].Systems[0] != "journal" {
		w.t.Errorf("rows about the ticket: %+v", got)
	}
	if len(signed) != 1 || signed[0].Exe != "/usr/bin/kinit" || *signed[0].UID == person {
		w.t.Errorf("rows about signatures: %+v", signed)
	}
}

func TestAKDCThatIsDownIsTriedAgainAndAtOnceWhenAsked(t *testing.T) {
	t.Parallel()
	l, asker := realm(t)
	w := newWorld(t, asker)
	w.keeper.pauses = pauses{time.Hour, time.Hour, time.Hour, time.Minute}
	l.Halt(lab.KDC)
	w.systems(labs(t, l))
	w.insert()
	w.awaitState("journal", broker.Unreachable)
	if f, ok := errors.AsType[*ticket.Failure](w.keeper.Acquire(t.Context(), "journal")); !ok || f.Reason != ticket.Unreachable {
		t.Errorf("asked while it is down: %v", f)
	}
	must(t, l.Resume(lab.KDC))
	must(t, w.keeper.Acquire(t.Context(), "journal"))
	if s := w.status("journal"); s.State != broker.Ready || !w.there("journal") {
		t.Errorf("asked when it is back: %+v", s)
	}
}

func TestACardThatIsPulledWhileItSignsLeavesNothing(t *testing.T) {
	t.Parallel()
	l, asker := realm(t)
	w := newWorld(t, asker)
	w.holds = make(chan struct{})
	w.systems(labs(t, l))
	w.insert()
	select {
	case <-w.asked:
	case <-time.After(patience):
		t.Fatal("the card is not asked")
	}
	w.out()
	w.await("the end of the socket", func() bool {
		_, err := os.Lstat(filepath.Join(w.run, cards, "ticket-journal.sock"))
		return err != nil
	})
	w.stop()
	if w.there("journal") || len(w.rowsOf(audit.SSOTicket)) > 0 {
		t.Error("there is a ticket")
	}
}

func TestACardThatTheKDCDoesNotAcceptIsDenied(t *testing.T) {
	t.Parallel()
	l, asker := realm(t)
	w := newWorld(t, asker)
	s := labs(t, l)
	s.Kerberos.Principal = "bob@" + lab.Realm
	w.systems(s)
	w.insert()
	w.awaitState("journal", broker.Refused)
	if f, ok := errors.AsType[*ticket.Failure](w.status("journal").Why); !ok || f.Reason != ticket.NotMapped {
		t.Errorf("the reason is %v", f)
	}
	if rows := w.rowsOf(audit.SSOFailed); len(rows) == 0 || !strings.Contains(rows[len(rows)-1].Reason, "not-mapped") || w.there("journal") {
		t.Errorf("rows %+v", rows)
	}
}

func TestAConfigurationThatOthersCanWriteIsRefused(t *testing.T) {
	t.Parallel()
	l, asker := realm(t)
	w := newWorld(t, asker)
	s := labs(t, l)
	must(t, os.Chmod(s.Kerberos.Config, 0o666))
	w.systems(s)
	w.insert()
	w.awaitState("journal", broker.Refused)
	if f, ok := errors.AsType[*trusted.Flaw](w.status("journal").Why); !ok || f.Fault != trusted.Writable {
		t.Errorf("the reason is %v", w.status("journal").Why)
	}
}
