package child

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/directorylab"
	"siths-agent/internal/sysloglab"
)

// rsyslog is a server whose certificate is for name.
func rsyslog(t *testing.T, name string) (*sysloglab.Server, *directorylab.Authority) {
	t.Helper()
	a, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sysloglab.New(t.TempDir(), a, name)
	if err == nil {
		err = s.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

func messages(n int) [][]byte {
	var all [][]byte
	for i := range n {
		all = append(all, fmt.Appendf(nil, `<86>1 2026-11-22T06:00:01.000000Z pc1 siths-agentd 7 card.in [siths@32473 seq="%d"] {"seq":%d,"reader":"Läsare"}`, i+1, i+1))
	}
	return all
}

func send(t *testing.T, f courier.Forward) (int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	a, err := forward(ctx, f)
	return a.Sent, err
}

func TestRsyslogTakesOverWhatIsSent(t *testing.T) {
	s, a := rsyslog(t, "127.0.0.1")
	const n = 500
	sent, err := send(t, courier.Forward{Address: s.Address, CA: a.PEM(), Messages: messages(n)})
	if err != nil || sent != n {
		t.Fatalf("%d were taken over, %v", sent, err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	taken, err := s.Taken()
	if err != nil || len(taken) != n {
		t.Fatalf("the server has %d, %v", len(taken), err)
	}
	for i, line := range taken {
		if !strings.HasPrefix(line, fmt.Sprintf(`authpriv.info siths-agentd card.in [siths@32473 seq="%d"] `, i+1)) {
			t.Fatalf("line %d: %s", i+1, line)
		}
	}
}

func TestAReceiverThatIsNotTheOneThatWasNamedGetsNothing(t *testing.T) {
	s, a := rsyslog(t, "somebody-else.test")
	_, err := send(t, courier.Forward{Address: s.Address, CA: a.PEM(), Messages: messages(1)})
	wantReason(t, "", courier.Answer{}, err, courier.BadTLS)
	other, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	right, _ := rsyslog(t, "127.0.0.1")
	_, err = send(t, courier.Forward{Address: right.Address, CA: other.PEM(), Messages: messages(1)})
	wantReason(t, "", courier.Answer{}, err, courier.BadTLS)
	for _, server := range []*sysloglab.Server{s, right} {
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		if taken, err := server.Taken(); err != nil || len(taken) > 0 {
			t.Errorf("taken: %v, %v", taken, err)
		}
	}
}

// receiver is a TLS server that does what it likes with a connection.
func receiver(t *testing.T, do func(raw net.Conn, line *tls.Conn)) courier.Forward {
	t.Helper()
	a, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := a.WriteServer(dir, "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		raw, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = raw.Close() }()
		do(raw, tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{pair}}))
	}()
	return courier.Forward{Address: l.Addr().String(), CA: a.PEM(), Messages: messages(2000)}
}

func TestWhatAReceiverHasNotReadIsNotCounted(t *testing.T) {
	for name, do := range map[string]func(raw net.Conn, line *tls.Conn){
		"it hangs up at once":            func(net.Conn, *tls.Conn) {},
		"it hangs up after the greeting": func(_ net.Conn, line *tls.Conn) { _ = line.Handshake() },
		"it says goodbye after the greeting": func(_ net.Conn, line *tls.Conn) {
			_ = line.Handshake()
			_ = line.Close()
		},
		"it says goodbye after some": func(_ net.Conn, line *tls.Conn) {
			_, _ = io.CopyN(io.Discard, line, 10_000)
			_ = line.Close()
		},
		"it reads all and hangs up without a goodbye": func(raw net.Conn, line *tls.Conn) {
			_, _ = io.Copy(io.Discard, line)
			_ = raw.Close()
		},
		"it talks": func(_ net.Conn, line *tls.Conn) {
			for {
				if _, err := line.Write(make([]byte, 1000)); err != nil {
					return
				}
			}
		},
		"it is no TLS server": func(raw net.Conn, _ *tls.Conn) { _, _ = io.WriteString(raw, "220 smtp\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			if sent, err := send(t, receiver(t, do)); err == nil || sent > 0 {
				t.Errorf("%d were taken over, %v", sent, err)
			}
		})
	}
}

func TestAReceiverThatDoesNotEndIsNotWaitedForLong(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, do := range map[string]func(raw net.Conn, line *tls.Conn){
		"a black hole": func(net.Conn, *tls.Conn) { <-release },
		"it reads and never closes": func(_ net.Conn, line *tls.Conn) {
			_, _ = io.Copy(io.Discard, line)
			<-release
		},
		"it reads nothing": func(_ net.Conn, line *tls.Conn) {
			_ = line.Handshake()
			<-release
		},
	} {
		t.Run(name, func(t *testing.T) {
			socket := served(t)
			f := receiver(t, do)
			answer := ask(t, socket, courier.Question{Forward: &f, Timeout: 300 * time.Millisecond})
			if answer.Sent > 0 || answer.Failure == nil || answer.Failure.Reason != courier.Late {
				t.Errorf("%+v", answer)
			}
		})
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	var shaken error
	done := make(chan struct{})
	f := receiver(t, func(raw net.Conn, _ *tls.Conn) {
		defer close(done)
		shaken = tls.Server(raw, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}).Handshake()
	})
	if sent, err := send(t, f); err == nil || sent > 0 {
		t.Errorf("%d were taken over, %v", sent, err)
	}
	if <-done; shaken == nil {
		t.Error("the receiver was content")
	}
}

func TestAQuestionToForwardThatMakesNoSenseIsRefused(t *testing.T) {
	f := receiver(t, func(net.Conn, *tls.Conn) {})
	f.Messages = nil
	_, err := send(t, f)
	wantReason(t, "", courier.Answer{}, err, courier.Malformed)
	f.Messages = messages(1)
	f.CA = []byte("no certificate")
	_, err = send(t, f)
	wantReason(t, "", courier.Answer{}, err, courier.Malformed)
}
