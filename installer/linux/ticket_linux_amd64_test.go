package linux

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

func TestTheServiceFindsWhoGetsTicketsWhereItsUnitsPutIt(t *testing.T) {
	const path = "/run/siths-ticket.sock"
	socket, service, agentd := unit(t, ticketSocket), unit(t, ticketFile), unit(t, unitFile)
	if got := socket["ListenStream"]; !slices.Equal(got, []string{path}) || !slices.Contains(agentd["Environment"], "SITHS_TICKET_SOCKET="+path) {
		t.Errorf("it listens on %q, and is asked at %q", got, agentd["Environment"])
	}
	for key, want := range map[string]string{"SocketMode": "0600", "SocketUser": "root", "SocketGroup": "root"} {
		if got := socket[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for key, want := range map[string]string{
		"User": ticket.User, "ExecStart": "/usr/libexec/siths-agent/siths-ticket", "CapabilityBoundingSet": "",
		"NoNewPrivileges": "yes", "StartLimitIntervalSec": "0", "NoExecPaths": "/",
	} {
		if got := service[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for _, key := range []string{"Wants", "After"} {
		if !strings.Contains(strings.Join(agentd[key], " "), ticketSocket) {
			t.Errorf("the service's %s is %q", key, agentd[key])
		}
	}
}

// TestKinitWorksUnderTheRestrictionsOfWhoRunsIt: it comes as far as a card that is not there, at a KDC that is.
func TestKinitWorksUnderTheRestrictionsOfWhoRunsIt(t *testing.T) {
	t.Parallel()
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), PKI: pki, Parts: []lab.Part{lab.KDC}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	config, err := os.ReadFile(l.Krb5Conf())
	if err != nil {
		t.Fatal(err)
	}
	socket, pid := underItsUnit(t, "siths-ticket", ticketFile)
	c := ticket.Client{Socket: socket}
	for name, want := range map[string]ticket.Reason{"nobody": ticket.NotMapped, "anna": ticket.CardGone} {
		_, err = c.Ask(t.Context(), ticket.Question{Principal: name, Realm: lab.Realm, Config: config, Card: "/run/none.sock", Timeout: waitLimit})
		if err == nil || !strings.HasPrefix(err.Error(), string(want)) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if log := l.Errors(lab.KDC); !strings.Contains(log, "NEEDED_PREAUTH: anna") {
		t.Errorf("kinit has not reached the KDC:\n%s", log)
	}
	if got := status(t, statusFile(pid)); got["Seccomp"] != "2" || got["CapBnd"] != "0000000000000000" || got["Name"] != "siths-ticket" {
		t.Errorf("%s has the filter %s and may have the capabilities %s", got["Name"], got["Seccomp"], got["CapBnd"])
	}
}

// TestATicketComesAndGoesUnderTheUnitsRestrictions: service, siths-ticket and kinit have what their units leave to them.
func TestATicketComesAndGoesUnderTheUnitsRestrictions(t *testing.T) {
	t.Parallel()
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	getter, _ := underItsUnit(t, "siths-ticket", ticketFile)
	world := sandboxed(t, ticketVariable+"="+getter)
	realm, err := lab.Start(t.Context(), lab.Options{Dir: world.Path("realm"), PKI: pki, Parts: []lab.Part{lab.KDC}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(realm.Close)
	system := "title = \"Journal\"\nkind = \"kerberos\"\n[kerberos]\nrealm = \"" + lab.Realm + "\"\nconfig = \"" + realm.Krb5Conf() + "\"\n"
	folder := world.Path("agent-1", "etc", "systems.d")
	if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, "journal.toml"), []byte(system), 0o644)); err != nil {
		t.Fatal(err)
	}
	dir, options := cardOf(t, pki, lab.Card("anna", "SE2321000131-P000000000001"))
	world.PCSCD()
	session := world.Session(world.Logind(world.Bus()), "anna")
	card := world.Card(dir, stack.CardOptions{})
	agent := world.Agent(options)
	c := &client.Client{Socket: agent.Socket()}
	await(t, c, "waiting for the PIN", func(s apitype.Snapshot) bool { return s.Phase == apitype.NeedPIN })
	unlock(t, c, "anna")
	if err := c.SessionOpened(t.Context(), apitype.SessionOpened{Account: "anna", Session: session.ID}); err != nil {
		t.Fatal(err)
	}
	await(t, c, "the ticket", func(s apitype.Snapshot) bool { return len(s.Systems) == 1 && s.Systems[0].State == "ready" })
	path := filepath.Join(filepath.Dir(agent.Socket()), "tickets", strconv.FormatUint(uint64(session.Person.UID), 10), "tktjournal")
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || info.Sys().(*syscall.Stat_t).Uid != session.Person.UID {
		t.Errorf("the ticket's file: %v, %v", info, err)
	}
	if err := card.Remove(); err != nil {
		t.Fatal(err)
	}
	await(t, c, "locked", func(s apitype.Snapshot) bool { return s.Phase == apitype.NoCard })
	wantGone(t, path)
}

// wantGone waits until a file is gone.
func wantGone(t *testing.T, path string) {
	t.Helper()
	limit := time.After(waitLimit)
	for ticks := time.Tick(5 * time.Millisecond); ; {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return
		}
		select {
		case <-ticks:
		case <-limit:
			t.Fatalf("%s is still there", path)
		}
	}
}
