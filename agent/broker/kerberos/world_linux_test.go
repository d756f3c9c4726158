package kerberos

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/errand"
	"siths-agent/agent/ticket"
	"siths-agent/agent/unlock"
	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

// patience is how long a test waits for what has to come, and person the uid of who logs in.
const (
	patience = time.Minute
	person   = 4711
)

// hierarchy is shared, because its keys take long to make.
var hierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 8}})
})

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a keeper with a real broker and the key of a card.
type world struct {
	*broker.Broker
	t      *testing.T
	keeper *Keeper
	run    string
	card   *testpki.Card
	stop   func() // ends the keeper, and waits
	out    func() // takes the card out

	mu    sync.Mutex
	rows  []audit.Row
	full  error         // what writing a row comes to
	slow  chan struct{} // what a row about an end waits for; nil: nothing
	holds chan struct{} // what a signature waits for; nil: nothing
	asked chan struct{} // told when the card is asked to sign
}

// nobodysSessions: nothing here runs on a desktop.
type nobodysSessions struct{}

func (nobodysSessions) SessionOf(context.Context, int32, uint32) (unlock.Session, error) {
	return unlock.Session{}, nil
}

// newWorld has a keeper run, which asks there.
func newWorld(t *testing.T, asker Asker) *world {
	t.Helper()
	w := &world{t: t, run: folderForAll(t), asked: make(chan struct{}, 100)}
	w.Broker = broker.New(broker.Parts{Record: w.record, Log: slog.New(slog.DiscardHandler)})
	var err error
	w.keeper, err = New(Options{Run: w.run, Broker: w.Broker, Callers: caller.New(t.Context(), nobodysSessions{}),
		Tickets: asker, Record: w.record, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	must(t, err)
	w.keeper.pauses = pauses{5 * time.Millisecond, 20 * time.Millisecond, time.Hour, 20 * time.Millisecond}
	pki, err := hierarchy()
	must(t, err)
	w.card, err = pki.IssueCard(lab.Card("anna", "SE2321000131-P000000000001"))
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.keeper.Run(ctx) }()
	w.stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(w.stop)
	return w
}

// folderForAll is one that every user may walk into.
func folderForAll(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kerberos-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

func (w *world) record(ctx context.Context, row audit.Row) error {
	w.mu.Lock()
	slow := w.slow
	w.mu.Unlock()
	if slow != nil && row.Event == audit.SSOEnded {
		select {
		case <-slow:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full != nil {
		return w.full
	}
	w.rows = append(w.rows, row)
	return nil
}

// rowsOf are the rows of one kind.
func (w *world) rowsOf(e audit.Event) []audit.Row {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.rows), func(r audit.Row) bool { return r.Event != e })
}

// systems replaces the systems of broker and keeper.
func (w *world) systems(s ...system.System) {
	w.Reload(s)
	w.keeper.Reload(s)
}

// insert opens a login with the card.
func (w *world) insert() {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.out = cancel
	l := broker.Login{Insertion: 7, Account: "anna", UID: person, HSAID: w.card.Person.HSAID, UPN: w.card.Person.UPN,
		Certificate: w.card.Auth.Cert.Raw, Schemes: token.Schemes(), Sign: w.sign}
	pki, _ := hierarchy()
	l.Issuers = [][]byte{pki.CA(testpki.PersonHSA3).Cert.Raw}
	w.Open(ctx, l)
}

// sign is the card.
func (w *world) sign(ctx context.Context, s token.Scheme, digest []byte) ([]byte, error) {
	w.asked <- struct{}{}
	w.mu.Lock()
	holds := w.holds
	w.mu.Unlock()
	if holds != nil {
		select {
		case <-holds:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if s.IsPSS() {
		return nil, errors.New("a scheme that was not asked for")
	}
	return rsa.SignPKCS1v15(rand.Reader, w.card.Auth.Key, s.Hash(), digest)
}

// await waits for what has to come.
func (w *world) await(what string, there func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	for ticks := time.Tick(2 * time.Millisecond); !there(); {
		select {
		case <-ticks:
		case <-ctx.Done():
			w.t.Fatalf("waiting for %s; the systems are %+v", what, w.Systems())
		}
	}
}

func (w *world) status(name string) broker.Status {
	for _, s := range w.Systems() {
		if s.Name == name {
			return s
		}
	}
	return broker.Status{}
}

func (w *world) awaitState(name string, want broker.State) {
	w.t.Helper()
	w.await("state "+string(want)+" of "+name, func() bool { return w.status(name).State == want })
}

// file is where the person's programs find a system's ticket.
func (w *world) file(system string) string {
	return filepath.Join(w.run, tickets, strconv.Itoa(person), prefix+system)
}

func (w *world) there(system string) bool {
	_, err := os.Lstat(w.file(system))
	return err == nil
}

// as runs a program as somebody, with the tickets of the person.
func (w *world) as(uid uint32, conf, program string, args ...string) (string, error) {
	return w.with(uid, []string{"KRB5_CONFIG=" + conf, "KRB5CCNAME=DIR:" + filepath.Dir(w.file(""))}, program, args...)
}

func (w *world) with(uid uint32, env []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(w.t.Context(), program, args...)
	cmd.Env = append([]string{"PATH=/usr/bin", "LC_ALL=C"}, env...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// realm runs a KDC and the built program that asks it, as the service does.
func realm(t *testing.T, parts ...lab.Part) (*lab.Lab, Asker) {
	t.Helper()
	pki, err := hierarchy()
	must(t, err)
	l, err := lab.Start(t.Context(), lab.Options{Dir: folderForAll(t), PKI: pki, Parts: append(parts, lab.KDC)})
	must(t, err)
	t.Cleanup(l.Close)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(l.Errors(lab.KDC))
		}
	})
	return l, childOf(t)
}

// childOf keeps siths-ticket running, as "make build" has made it.
func childOf(t *testing.T) Asker {
	t.Helper()
	bin := os.Getenv("SITHS_BIN")
	if bin == "" {
		bin = filepath.Join("..", "..", "..", "bin")
	}
	program, err := filepath.Abs(filepath.Join(bin, "siths-ticket"))
	must(t, err)
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("run make build first: %v", err)
	}
	socket := filepath.Join(folderForAll(t), "ticket.sock")
	ctx, cancel := context.WithCancel(context.Background())
	kept, err := errand.Keep(ctx, errand.Child{Program: program, User: ticket.User, Socket: socket, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	must(t, err)
	t.Cleanup(func() { cancel(); <-kept.Done() })
	return &ticket.Client{Socket: socket}
}

// labs is a system that wants tickets of the lab's KDC. Its krb5.conf says nothing of the card's certificates.
func labs(t *testing.T, l *lab.Lab) system.System {
	t.Helper()
	text, err := os.ReadFile(l.Krb5Conf())
	must(t, err)
	lines := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(line string) bool {
		return strings.Contains(line, "pkinit_pool")
	})
	conf := l.Path("client.conf")
	must(t, os.WriteFile(conf, []byte(strings.Join(lines, "")), 0o644))
	return system.System{Name: "journal", Title: "Journal", Kind: system.Kerberos,
		Kerberos: &system.KerberosRule{Principal: "{upn}", Config: conf, Timeout: patience}}
}

// anybody is every caller, the same as before.
type anybody struct{}

func (anybody) Who(context.Context, net.Conn) (broker.Caller, error) { return broker.Caller{}, nil }

func (anybody) Again(_ context.Context, c broker.Caller) (broker.Caller, error) { return c, nil }
