package p11

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/handover"
	"siths-agent/agent/safesocket"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

// client is the module that programs load (package p11-kit-modules).
const client = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"

// pki is made once for all tests: keys take long.
var pki = sync.OnceValues(func() (*testpki.PKI, error) { return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 8}}) })

// world is a virtual card on a socket, with a real broker and a key that the test holds.
type world struct {
	*broker.Broker
	server *Server
	socket string
	card   *testpki.Card
	uid    uint32
	out    func() // takes the card out
	end    func() // ends the service

	mu       sync.Mutex
	rows     []audit.Row
	signs    int           // that the card has made
	takes    chan struct{} // what a signature waits for; nil: nothing
	changed  error         // what Again says
	nameless bool          // the kernel does not tell which program it is
	as       string        // the program that callers count as; empty: what they are
	unread   bool          // the program was not read yet
	image    broker.Image  // the file that it runs
	later    uint64        // that it was started
	unknown  error         // what Who says
}

func newWorld(t *testing.T, systems ...system.System) *world {
	t.Helper()
	w := &world{uid: uint32(os.Geteuid())}
	w.Broker = broker.New(broker.Parts{Record: w.record, Log: slog.New(slog.DiscardHandler)})
	if len(systems) == 0 {
		systems = []system.System{anyProgram("anything", system.TLS)}
	}
	w.Reload(systems)
	w.socket = filepath.Join(t.TempDir(), "p11", "me.sock")
	w.serve(t, nil)
	w.card = issue(t, "Anna Test")
	w.insert(t, 1, w.card)
	return w
}

// serve begins to serve, until end or the end of the test.
func (w *world) serve(t *testing.T, store *handover.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w.server = New(ctx, Options{Dir: filepath.Dir(w.socket), Broker: w.Broker, Callers: w, Store: store, Log: slog.New(slog.DiscardHandler)})
	use := broker.Use{Kinds: []system.Kind{system.TLS, system.SSH, system.Kerberos}}
	if err := w.server.Add(t.Context(), Socket{Name: "me", UID: w.uid, Use: use}); err != nil {
		t.Fatal(err)
	}
	server := w.server
	w.end = func() { cancel(); server.Wait() }
	t.Cleanup(w.end)
}

// anyProgram is a system for whatever program the person runs.
func anyProgram(name string, kind system.Kind) system.System {
	return system.System{Name: name, Kind: kind, TLS: &system.TLSRule{MaxSignaturesPerMinute: 10000}}
}

func issue(t *testing.T, name string) *testpki.Card {
	t.Helper()
	p, err := pki()
	if err != nil {
		t.Fatal(err)
	}
	given, sur, _ := strings.Cut(name, " ")
	c, err := p.IssueCard(testpki.Person{GivenName: given, Surname: sur})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// insert opens a login with a card. A former one is over.
func (w *world) insert(t *testing.T, insertion uint64, c *testpki.Card) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w.out = cancel
	l := broker.Login{Insertion: insertion, UID: w.uid, Name: c.Person.GivenName + " " + c.Person.Surname,
		Certificate: c.Auth.Cert.Raw, Schemes: token.Schemes(), Sign: w.signer(c.Auth.Key)}
	p, err := pki()
	if err != nil {
		t.Fatal(err)
	}
	l.Issuers = [][]byte{p.CA(testpki.PersonHSA3).Cert.Raw}
	w.Open(ctx, l)
}

func (w *world) signer(key *rsa.PrivateKey) func(context.Context, token.Scheme, []byte) ([]byte, error) {
	return func(ctx context.Context, s token.Scheme, digest []byte) ([]byte, error) {
		w.mu.Lock()
		w.signs++
		takes := w.takes
		w.mu.Unlock()
		if takes != nil {
			select {
			case <-takes:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if s.IsPSS() {
			return rsa.SignPSS(rand.Reader, key, s.Hash(), digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(rand.Reader, key, s.Hash(), digest)
	}
}

func (w *world) record(_ context.Context, row audit.Row) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, row)
	return nil
}

// signatures is how many the card has made.
func (w *world) signatures() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.signs
}

// Who names the program of a connection by its path, as package caller does.
func (w *world) Who(_ context.Context, conn net.Conn) (broker.Caller, error) {
	peer, err := safesocket.PeerOf(conn)
	if err != nil {
		return broker.Caller{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unknown != nil {
		return broker.Caller{}, w.unknown
	}
	exe, err := os.Readlink(filepath.Join("/proc", itoa(peer.PID), "exe"))
	if w.as != "" {
		exe = w.as
	}
	if w.nameless {
		return broker.Caller{PID: peer.PID, Start: 7 + w.later, UID: peer.UID, Image: w.image}, nil
	}
	return w.read(broker.Caller{PID: peer.PID, Start: 7 + w.later, UID: peer.UID, Exe: exe, Image: w.image, Tier: system.T1}), err
}

// Again says that it is the same program, unless the test says otherwise.
func (w *world) Again(_ context.Context, c broker.Caller) (broker.Caller, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.read(c), w.changed
}

// read adds what takes long to find out about a program. It needs the lock.
func (w *world) read(c broker.Caller) broker.Caller {
	if !w.unread {
		c.Digest, c.Package = "00", "tests"
	}
	return c
}

// run runs a program with the virtual card, and returns what it says.
func (w *world) run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SSH_") }),
		"P11_KIT_SERVER_ADDRESS=unix:path="+w.socket, "LANG=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// tool runs pkcs11-tool.
func (w *world) tool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return w.run(t, "pkcs11-tool", append([]string{"--module", client}, args...)...)
}

// verifies says whether a signature is one of the card's key.
func verifies(c *testpki.Card, h crypto.Hash, pss bool, digest, signature []byte) error {
	if pss {
		return rsa.VerifyPSS(&c.Auth.Key.PublicKey, h, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return rsa.VerifyPKCS1v15(&c.Auth.Key.PublicKey, h, digest, signature)
}
