package forward

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/courier"
	"siths-agent/agent/courier/child"
	"siths-agent/agent/safesocket"
	"siths-agent/internal/directorylab"
	"siths-agent/internal/sysloglab"
)

// patience is how long a test waits for what has to come.
const patience = 30 * time.Second

// startCourier runs a courier.
func startCourier(t *testing.T) *courier.Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "courier.sock")
	l, err := safesocket.ListenPrivate(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- child.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return &courier.Client{Socket: socket}
}

// startForwarder sends the log in dir to the server.
func startForwarder(t *testing.T, l *audit.Log, dir string, target Target) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	f := &Forwarder{Dir: dir, Target: target, Origin: Origin{"pc1", 7}, Wrote: l.Wrote(), Log: slog.New(slog.DiscardHandler), Trouble: func(bool) {}}
	go func() { defer close(ended); f.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
}

// await waits until so many rows have been taken over.
func await(t *testing.T, dir string, seq uint64) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	over := time.After(patience)
	for {
		at, err := Cursor(dir)
		if err != nil {
			t.Fatal(err)
		}
		if at.Seq == seq {
			return
		}
		select {
		case <-again.C:
		case <-over:
			t.Fatalf("the cursor is at %d, not %d", at.Seq, seq)
		}
	}
}

func appendRows(t *testing.T, l *audit.Log, n int) {
	t.Helper()
	for range n {
		if _, err := l.Append(t.Context(), audit.Row{Event: audit.CardIn, Reader: "Läsare"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRsyslogGetsEveryRowAlsoThoseWrittenWhileItWasAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	authority, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err := sysloglab.New(t.TempDir(), authority, "127.0.0.1")
	if err == nil {
		err = server.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	target, err := NewTarget("tcp+tls://"+server.Address, func() ([]byte, error) { return authority.PEM(), nil }, startCourier(t))
	if err != nil {
		t.Fatal(err)
	}
	startForwarder(t, l, dir, target)
	appendRows(t, l, 30)
	await(t, dir, 30)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	appendRows(t, l, 40)
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, dir, 70)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	checkTaken(t, server, 70)
}

func checkTaken(t *testing.T, server *sysloglab.Server, n int) {
	t.Helper()
	taken, err := server.Taken()
	if err != nil || len(taken) != n {
		t.Fatalf("the server has %d rows, %v", len(taken), err)
	}
	for i, line := range taken {
		if !strings.HasPrefix(line, fmt.Sprintf(`authpriv.info siths-agentd card.in [siths@32473 seq="%d"] `, i+1)) || !strings.Contains(line, `"reader":"Läsare"`) {
			t.Fatalf("row %d: %s", i+1, line)
		}
	}
}

func TestALogServiceOfThisMachineGetsDatagrams(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	path := filepath.Join(t.TempDir(), "log")
	service, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	target, err := NewTarget("unix://"+path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	startForwarder(t, l, dir, target)
	appendRows(t, l, 3)
	await(t, dir, 3)
	buf := make([]byte, 4096)
	for seq := range 3 {
		n, err := service.Read(buf)
		if err != nil || !strings.Contains(string(buf[:n]), fmt.Sprintf(` siths-agentd[7]: {"seq":%d,`, seq+1)) {
			t.Errorf("%s, %v", buf[:n], err)
		}
	}
}

func TestALogServiceThatReadsNothingHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	service, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	target, err := NewTarget("unix://"+path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := target.Send(t.Context(), make([]Message, 1000))
	if err == nil || n == 0 || n == 1000 {
		t.Errorf("%d of 1000 went into a full socket, %v", n, err)
	}
}

func TestATargetThatIsNotKnownIsAnError(t *testing.T) {
	t.Parallel()
	if target, err := NewTarget("udp://127.0.0.1:514", nil, nil); err == nil {
		t.Errorf("got %v", target)
	}
}
