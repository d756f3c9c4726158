package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"os"
	"slices"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc/token"
)

// card is made once for all tests: it takes long.
var card = sync.OnceValues(func() (*rsa.PrivateKey, []byte) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Anna Test"}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &k.PublicKey, k)
	if err != nil {
		panic(err)
	}
	return k, der
})

// world is a server with a broker and the people that it is for.
type world struct {
	*Server
	t   testing.TB
	b   *broker.Broker
	end context.CancelFunc                          // of the login
	ask func(context.Context, broker.Question) bool // nil: nobody is there

	mu   sync.Mutex
	rows []audit.Row
}

// sessions knows every process's desktop session.
type sessions struct{}

func (sessions) SessionOf(_ context.Context, _ int32, uid uint32) (unlock.Session, error) {
	return unlock.Session{ID: "c1", UID: uid}, nil
}

// newWorld opens a socket for the user who runs the test. Callers are told apart as in earnest.
func newWorld(t testing.TB, systems ...system.System) *world {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &world{t: t}
	w.b = broker.New(broker.Parts{Record: w.record, Log: slog.New(slog.DiscardHandler), Ask: w.answer})
	w.b.Reload(systems)
	w.Server = New(ctx, Options{Dir: t.TempDir(), Broker: w.b, Callers: caller.New(ctx, sessions{}), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { cancel(); w.Wait() })
	if err := w.Add(ctx, w.uid()); err != nil {
		t.Fatal(err)
	}
	w.login()
	return w
}

func (w *world) uid() uint32    { return uint32(os.Getuid()) }
func (w *world) socket() string { return SocketOf(w.o.Dir, w.uid()) }

func (w *world) record(_ context.Context, row audit.Row) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, row)
	return nil
}

func (w *world) answer(ctx context.Context, q broker.Question) bool {
	return w.ask != nil && w.ask(ctx, q)
}

func (w *world) events(e audit.Event) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(w.rows), func(r audit.Row) bool { return r.Event != e }))
}

func (w *world) login() {
	ctx, end := context.WithCancel(w.t.Context())
	key, der := card()
	w.end = end
	w.b.Open(ctx, broker.Login{Insertion: 1, UID: w.uid(), Name: "Anna Test", Certificate: der,
		Schemes: []token.Scheme{token.PKCS1SHA256, token.PKCS1SHA512},
		Sign: func(_ context.Context, s token.Scheme, digest []byte) ([]byte, error) {
			return rsa.SignPKCS1v15(rand.Reader, key, s.Hash(), digest)
		}})
}

// dial is a connection of this very process.
func (w *world) dial() net.Conn {
	w.t.Helper()
	nc, err := net.Dial("unix", w.socket())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = nc.Close() })
	return nc
}

// client is one that talks as ssh does. It reads whatever comes on its connection, which is therefore nobody else's.
func (w *world) client() agent.ExtendedAgent {
	w.t.Helper()
	return agent.NewClient(w.dial())
}

// any lets every program of the person log in to any server, or to those with the fingerprints.
func anyProgram(hosts ...string) system.System {
	return system.System{Name: "servers", Title: "Servers", Kind: system.SSH, SSH: &system.SSHRule{HostKeys: hosts},
		Caller: system.Caller{Consent: system.Never}}
}

// host is a server's key.
func newHost(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func printOf(s ssh.Signer) string { return ssh.FingerprintSHA256(s.PublicKey()) }

// binds is what ssh tells of a session with a server.
func binds(t testing.TB, host ssh.Signer, session []byte, forwarding bool) []byte {
	t.Helper()
	sig, err := host.Sign(rand.Reader, session)
	if err != nil {
		t.Fatal(err)
	}
	return ssh.Marshal(bindMessage{host.PublicKey().Marshal(), session, ssh.Marshal(sig), forwarding})
}

func cardKey(t testing.TB) ssh.PublicKey {
	t.Helper()
	_, der := card()
	key, err := keyOf(der)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// login is what ssh has signed to log in.
func login(key ssh.PublicKey, algo string, session []byte) []byte {
	return ssh.Marshal(loginMessage{Session: session, Type: userAuth, User: "anna", Service: service, Method: publicKey, Signed: true,
		Algo: algo, Key: key.Marshal()})
}
