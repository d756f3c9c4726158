package pages

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/browser/cut"
	"siths-agent/agent/broker/browser/setup"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/p11"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/sever"
	"siths-agent/agent/unlock"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

// patience is how long anything may take that is to happen.
const patience = time.Minute

// measures are what a test's business system has the service do when the card leaves.
type measures []system.Measure

// world is a computer that is set up for one business system, a virtual card on its socket, and the system's server.
type world struct {
	*stacktest.Lab
	tb      testing.TB
	lab     *lab.Lab
	pki     *testpki.PKI
	broker  *broker.Broker
	systems []system.System
	signed  atomic.Int64
	next    uint64
	out     context.CancelFunc // takes the card out

	stop func() // ends the service
}

// open makes a world and sets the computer and anna up with this project's own programs. There is no card yet.
func open(tb testing.TB, do measures, parts ...lab.Part) *world {
	tb.Helper()
	return openSet(tb, do, nil, parts...)
}

// openSet is open with servers that are told other settings than usual, from files.
func openSet(tb testing.TB, do measures, settings map[lab.Part]string, parts ...lab.Part) *world {
	tb.Helper()
	w := &world{Lab: stacktest.New(tb, stack.Options{}), tb: tb}
	w.privateEtc()
	var err error
	w.pki, err = testpki.New(testpki.Options{})
	w.must(err)
	w.lab, err = lab.Start(w.Lifetime(), lab.Options{Dir: w.Path("business"), PKI: w.pki, Parts: parts, Settings: settings, Ports: lab.FixedPorts(), Enter: w.Enter()})
	w.must(err)
	tb.Cleanup(w.tell)
	for _, part := range parts {
		w.systems = append(w.systems, system.System{Name: string(part), Kind: system.TLS, Session: system.Session{OnRemoval: do},
			Caller: system.Caller{Exe: []string{"/usr/lib/chromium/chromium", "/usr/lib/firefox-esr/firefox-esr"}},
			TLS:    &system.TLSRule{Origins: []string{strings.TrimSuffix(w.lab.URL(part), "/")}, MaxSignaturesPerMinute: 1000}})
	}
	w.setUp()
	w.serve()
	return w
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// tell says what the servers have seen, when the test has failed, and ends them.
func (w *world) tell() {
	for _, part := range lab.Parts() {
		if text := w.lab.Errors(part) + w.lab.Log(part); w.tb.Failed() && text != "" {
			w.tb.Logf("--- %s ---\n%s", part, text)
		}
	}
	w.lab.Close()
	_, err := w.Lab.Lab.Run(w.Lifetime(), stack.Cmd{Path: "umount", Args: []string{"--lazy", "--recursive", "/etc"}})
	w.must(err)
}

// privateEtc gives the world an /etc of its own: a copy. The rest of the computer's files are the machine's.
func (w *world) privateEtc() {
	w.tb.Helper()
	r := w.Run(stack.Cmd{Path: "/bin/sh", Args: []string{"-c", `mkdir "$0" && cp -a /etc "$0/" && ln -s /usr "$0/usr" && mount --bind "$0/etc" /etc`, w.Path("computer")}})
	if r.Code != 0 {
		w.tb.Fatal(r.Stderr)
	}
}

// setUp is what IT does: trust in the business system's server, and this project's part.
func (w *world) setUp() {
	w.tb.Helper()
	w.write(setupFirefox, `{"policies":{"Certificates":{"Install":["`+w.lab.RootFile()+`"]}}}`)
	c := setup.Computer{Root: w.Path("computer"), Run: "/run/siths-agent", Ctl: "/usr/bin/sithsctl", Systems: w.systems, Issuers: []string{w.pki.CA(testpki.PersonHSA3).Cert.Subject.CommonName}}
	plan, err := c.Install()
	w.must(err)
	w.must(plan.Apply())
	sithsctl, err := w.Program("sithsctl")
	w.must(err)
	w.well(w.anna(stack.Cmd{Path: sithsctl, Args: []string{"sso", "setup", "--user"}}))
	w.well(w.anna(stack.Cmd{Path: "certutil", Args: []string{"-A", "-n", "lab", "-t", "C,,", "-i", w.lab.RootFile(), "-d", "sql:" + w.Home("anna") + "/.pki/nssdb"}}))
}

const setupFirefox = "/etc/firefox/policies/policies.json"

// write writes a file of the computer.
func (w *world) write(path, text string) {
	w.tb.Helper()
	file := filepath.Join(w.Path("computer"), path)
	w.must(errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)))
}

// anna runs a program of hers, to its end.
func (w *world) anna(c stack.Cmd) stack.Result {
	w.tb.Helper()
	c.As, c.Env = "anna", append(c.Env, w.env()...)
	return w.Run(c)
}

// env is what a desktop session gives her programs.
func (w *world) env() []string { return []string{"XDG_RUNTIME_DIR=" + w.Home("anna") + "/runtime"} }

func (w *world) well(r stack.Result) {
	w.tb.Helper()
	if r.Code != 0 {
		w.tb.Fatalf("it ended with %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// serve starts the parts of the service that browsers meet.
func (w *world) serve() {
	w.tb.Helper()
	ctx, cancel := context.WithCancel(w.Lifetime())
	log := slog.New(slog.DiscardHandler)
	w.broker = broker.New(broker.Parts{Record: func(context.Context, audit.Row) error { return nil }, Log: log})
	w.broker.Reload(w.systems)
	server := p11.New(ctx, p11.Options{Dir: w.Path("run", "siths-agent", "p11"), Broker: w.broker, Callers: caller.New(ctx, nobody{}), Log: log})
	anna, err := w.Person("anna")
	w.must(err)
	w.must(server.Add(ctx, p11.Socket{Name: "61001", UID: anna.UID, Use: broker.Use{Kinds: []system.Kind{system.TLS}}}))
	over := make(chan struct{})
	severer, ended := w.severer()
	go func() {
		defer close(over)
		cut.Cutter{Logins: w.broker, Systems: func() []system.System { return w.systems }, Severer: severer, Log: log}.Run(ctx)
	}()
	w.stop = sync.OnceFunc(func() { cancel(); server.Wait(); <-over; ended() })
	w.tb.Cleanup(func() { w.stop() })
}

// severer runs the child that ends connections where those of the browsers are.
func (w *world) severer() (c *sever.Client, end func()) {
	w.tb.Helper()
	program, err := w.Program("siths-sever")
	w.must(err)
	c = &sever.Client{Socket: w.Path("run", "siths-agent", "sever.sock")}
	l, err := safesocket.ListenPrivate(c.Socket)
	w.must(err)
	socket, err := l.(*net.UnixListener).File()
	w.must(err)
	child := w.Start(stack.Cmd{Path: program, Files: []*os.File{socket}})
	return c, func() { child.Kill(); w.must(errors.Join(socket.Close(), l.Close())) }
}

// nobody has a desktop session.
type nobody struct{}

func (nobody) SessionOf(context.Context, int32, uint32) (unlock.Session, error) {
	return unlock.Session{}, nil
}

// card is a card of anna's.
func (w *world) card() *testpki.Card {
	w.tb.Helper()
	c, err := w.pki.IssueCard(lab.Card("anna", "SE2321000131-P000000000001"))
	w.must(err)
	return c
}

// insert puts a card in, with the PIN given.
func (w *world) insert(c *testpki.Card) {
	w.tb.Helper()
	var ctx context.Context
	ctx, w.out = context.WithCancel(w.Lifetime())
	w.next++
	anna, err := w.Person("anna")
	w.must(err)
	w.broker.Open(ctx, broker.Login{Insertion: w.next, Account: "anna", UID: anna.UID, Name: "Anna Test", Certificate: c.Auth.Cert.Raw,
		Issuers: [][]byte{w.pki.CA(testpki.PersonHSA3).Cert.Raw}, Schemes: token.Schemes(), Sign: w.signer(c.Auth.Key)})
}

func (w *world) signer(key *rsa.PrivateKey) func(context.Context, token.Scheme, []byte) ([]byte, error) {
	return func(_ context.Context, s token.Scheme, digest []byte) ([]byte, error) {
		w.signed.Add(1)
		if s.IsPSS() {
			return rsa.SignPSS(rand.Reader, key, s.Hash(), digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(rand.Reader, key, s.Hash(), digest)
	}
}

// start starts a browser of anna's.
func (w *world) start(kind browser.Kind) *browser.Browser {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	b, err := browser.Start(w.Lifetime(), w.Lab.Lab, browser.Options{Kind: kind, As: "anna", Env: w.env()})
	w.must(errors.Join(err, ctx.Err()))
	w.tb.Cleanup(func() { _ = b.Close() })
	return b
}

// load loads a page, which is anna's or an error.
func (w *world) load(b *browser.Browser, url string) error {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	text, err := b.Load(ctx, url)
	if err == nil && !strings.Contains(text, "anna") {
		err = errors.New("a page that does not know anna: " + text)
	}
	return err
}
