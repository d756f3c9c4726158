package p11

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/broker/system"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

// known says that every program is the same.
type known struct{}

func (known) Who(context.Context, net.Conn) (broker.Caller, error) {
	return broker.Caller{PID: 1, UID: 1000, Exe: "/a", Digest: "00", Tier: system.T1}, nil
}
func (known) Again(_ context.Context, c broker.Caller) (broker.Caller, error) { return c, nil }

// lit is a server with a card that signs nothing.
func lit(ctx context.Context, certificate []byte) *Server {
	b := broker.New(broker.Parts{Log: slog.New(slog.DiscardHandler), Record: func(context.Context, audit.Row) error { return nil }})
	b.Reload([]system.System{anyProgram("anything", system.TLS)})
	b.Open(ctx, broker.Login{Insertion: 1, UID: 1000, Name: "Anna", Certificate: certificate, Schemes: token.Schemes(),
		Sign: func(context.Context, token.Scheme, []byte) ([]byte, error) { return nil, io.ErrUnexpectedEOF }})
	return New(ctx, Options{Broker: b, Log: slog.New(slog.DiscardHandler)})
}

// FuzzServe says anything to a server, after what opens a session: it ends when its program does, and holds no more than
// it may.
func FuzzServe(f *testing.F) {
	p, err := pki()
	if err != nil {
		f.Fatal(err)
	}
	certificate := p.CA(testpki.Root).Cert.Raw
	sign := rpc.NewRequest(rpc.SignInit)
	sign.Ulong(1)
	sign.Mechanism(rpc.Mechanism{Type: rpc.MechRSAPKCS})
	sign.Ulong(handleOf(1, 2))
	f.Add(append([]byte{0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, byte(len(sign.Bytes()))}, sign.Bytes()...))
	f.Fuzz(func(t *testing.T, said []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		s := lit(ctx, certificate)
		near, far := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, near) }()
		var served sync.WaitGroup
		served.Go(func() {
			s.serve(ctx, far, Socket{UID: 1000, Use: broker.Use{Kinds: []system.Kind{system.TLS}}, Callers: known{}}, "")
		})
		open := rpc.NewRequest(rpc.OpenSession)
		open.Ulong(theSlot)
		open.Ulong(rpc.SessionSerial)
		_, _ = near.Write([]byte{0})
		_ = rpc.WriteFrame(near, rpc.Frame{Code: 16, Body: open.Bytes()})
		_, _ = near.Write(said)
		_ = near.Close()
		served.Wait()
		if ctx.Err() != nil {
			t.Error("it does not end with its program")
		}
	})
}
