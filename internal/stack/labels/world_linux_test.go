package labels

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc/token"
)

// world is a door, and who decides about those who come through it.
type world struct {
	*net.UnixListener
	book   *caller.Book
	broker *broker.Broker
}

// newWorld opens a login of the person's, with one system that is for the program of a label.
func newWorld(t *testing.T) world {
	t.Helper()
	_ = os.Remove(door)
	l, err := net.Listen("unix", door)
	if err == nil {
		err = os.Chmod(door, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	w := world{l.(*net.UnixListener), caller.New(t.Context(), sessions{}), broker.New(broker.Parts{
		Record: func(context.Context, audit.Row) error { return nil }, Log: slog.New(slog.DiscardHandler)})}
	w.broker.Reload([]system.System{{Name: "archive", Title: "Archive", Kind: system.TLS, TLS: &system.TLSRule{MaxSignaturesPerMinute: 60},
		Caller: system.Caller{Exe: []string{good}, Label: "good", MinTier: system.T2, Consent: system.Never}}})
	w.broker.Open(t.Context(), login(t))
	return w
}

func login(t *testing.T) broker.Login {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024) // short: no signature is made with it, and this machine is slow
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(context.Context, token.Scheme, []byte) ([]byte, error) { return nil, errors.ErrUnsupported }
	return broker.Login{Insertion: 1, Account: "anna", UID: who, Session: "c1000", Certificate: der,
		Schemes: []token.Scheme{token.PSSSHA256}, Sign: sign}
}

// sessions tells of a session for each user.
type sessions struct{}

func (sessions) SessionOf(_ context.Context, _ int32, uid uint32) (unlock.Session, error) {
	return unlock.Session{ID: "c" + strconv.Itoa(int(uid)), UID: uid}, nil
}

// next is the next connection.
func (w world) next(t *testing.T) net.Conn {
	t.Helper()
	_ = w.SetDeadline(time.Now().Add(time.Minute))
	conn, err := w.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// none says that nobody has connected.
func (w world) none(t *testing.T) {
	t.Helper()
	_ = w.SetDeadline(time.Now().Add(time.Millisecond)) // who has connected by now is found without waiting
	if conn, err := w.Accept(); err == nil {
		t.Error("somebody has connected")
		_ = conn.Close()
	}
}

// judged is who has made a connection, and by which condition the system's rule refuses it: none when it does not.
func (w world) judged(t *testing.T, conn net.Conn) (broker.Caller, string) {
	t.Helper()
	c, err := w.book.Who(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.broker.Grant(t.Context(), c, broker.Use{Kinds: []system.Kind{system.TLS}})
	var denied *broker.Denied
	switch {
	case err == nil:
		return c, ""
	case !errors.As(err, &denied):
		t.Fatal(err)
	}
	return c, denied.Rule
}
