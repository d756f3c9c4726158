package localapi_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/safesocket"
	"siths-agent/internal/stall"
)

const upgrade = "POST /v1/pin HTTP/1.1\r\nHost: siths-agent\r\nConnection: Upgrade\r\nUpgrade: siths-pin\r\n\r\n"

// frame is what goes over the channel: insertion, length, PIN.
func frame(insertion uint64, pin string) string {
	return string(append(binary.BigEndian.AppendUint64(nil, insertion), byte(len(pin)))) + pin
}

// open opens a PIN channel and waits until the service listens.
func open(t testing.TB, socket string) net.Conn {
	t.Helper()
	return openAt(t, socket, upgrade)
}

// openAt opens the channel that a request asks for.
func openAt(t testing.TB, socket, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for one := make([]byte, 1); !bytes.HasSuffix(got, []byte("\r\n\r\n")); got = append(got, one...) {
		if _, err := io.ReadFull(conn, one); err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
	}
	wantStatus(t, string(got), http.StatusSwitchingProtocols)
	return conn
}

func TestAPINArrivesAsItWasGiven(t *testing.T) {
	l := newLab(t)
	l.b.set(func(b *backend) {
		b.result = apitype.PINResult{Problem: &apitype.Problem{Code: apitype.PINWrong}, Tries: new(2)}
	})
	pin := []byte("482913")
	r, err := l.as(annaUID).PIN(context.Background(), apitype.PINRequest{Insertion: 1<<40 + 7, Unlock: "t1", LastTry: true}, pin)
	if err != nil || r.OK || r.Problem.Code != apitype.PINWrong || *r.Tries != 2 {
		t.Errorf("the answer is %+v, %v", r, err)
	}
	asked, _, pins := l.b.taken()
	if !slices.Equal(asked, []string{`pin 1000 1099511627783 "t1" true`}) || !slices.Equal(pins, []string{"482913"}) {
		t.Errorf("the agent got %q, %q", asked, pins)
	}
	if !bytes.Equal(pin, make([]byte, 6)) {
		t.Error("the client's copy is not wiped")
	}
}

func TestPINsOfAllLengthsTravel(t *testing.T) {
	l := newLab(t)
	for _, n := range []int{0, 1, 255} {
		conn := open(t, l.as(annaUID).Socket)
		if _, err := io.WriteString(conn, frame(7, strings.Repeat("9", n))); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn)
		var r apitype.PINResult
		if err != nil || json.Unmarshal(answer, &r) != nil || !r.OK {
			t.Errorf("%d digits came to %q, %v", n, answer, err)
		}
		if _, _, pins := l.b.taken(); len(pins) != 1 || len(pins[0]) != n {
			t.Errorf("of %d digits %d arrived", n, len(pins))
		}
	}
}

func TestAPINThatComesBeforeItWasAskedForIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"right behind the headers": upgrade + frame(7, "482913"),
		"as the request's body": "POST /v1/pin HTTP/1.1\r\nHost: siths-agent\r\nConnection: Upgrade\r\nUpgrade: siths-pin\r\nContent-Length: 15\r\n\r\n" +
			frame(7, "482913"),
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			if answer := l.raw(annaUID, text); strings.Contains(answer, "101") || strings.Contains(answer, `"ok"`) {
				t.Errorf("the answer is %q", answer)
			}
			if _, _, pins := l.b.taken(); len(pins) != 0 {
				t.Error("it reached the agent")
			}
		})
	}
}

func TestAnythingButThePINProtocolIsRefused(t *testing.T) {
	l := newLab(t)
	for _, header := range []string{"Upgrade: websocket", "Upgrade: siths-pin, h2c", "X: y"} {
		wantStatus(t, l.raw(annaUID, request("POST /v1/pin", []string{header}, "")), http.StatusUpgradeRequired)
	}
	for _, short := range []string{"", "\x00", frame(7, "")[:8], frame(7, "482913")[:14]} {
		conn := open(t, l.as(annaUID).Socket)
		if _, err := io.WriteString(conn, short); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(conn); err != nil || len(answer) != 0 {
			t.Errorf("%d bytes came to %q, %v", len(short), answer, err)
		}
	}
	if _, _, pins := l.b.taken(); len(pins) != 0 {
		t.Errorf("the agent got %q", pins)
	}
}

func TestPromptsThatStandOpenDelayNobody(t *testing.T) {
	l := newLab(t)
	gate := make(chan struct{})
	l.b.set(func(b *backend) { b.gate = gate })
	var wait sync.WaitGroup
	for range 5 {
		open(t, l.as(bertUID).Socket) // nobody types
		conn := open(t, l.as(annaUID).Socket)
		if _, err := io.WriteString(conn, frame(7, "482913")); err != nil { // the card takes its time
			t.Fatal(err)
		}
		wait.Go(func() {
			if answer, err := io.ReadAll(conn); err != nil || !strings.Contains(string(answer), `"ok":true`) {
				t.Errorf("%q, %v", answer, err)
			}
		})
	}
	for _, uid := range []uint32{rootUID, annaUID, bertUID, deskUID} {
		c := l.as(uid)
		if _, err := c.Snapshot(t.Context()); err != nil { // before the gate is open
			t.Errorf("%d got %v", uid, err)
		}
	}
	close(gate)
	wait.Wait()
}

func TestStoppingEndsPromptsThatStandOpen(t *testing.T) {
	l := newLab(t)
	listener, err := safesocket.Listen(filepath.Join(l.dir, "agent.sock"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- l.s.Serve(ctx, listener) }()
	conn := open(t, listener.Addr().String())
	clock := stall.Begin()
	stop()
	if rest, err := io.ReadAll(conn); len(rest) != 0 || clock.Took() > time.Second {
		t.Errorf("after %v: %q, %v", clock.Took(), rest, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func FuzzPINChannel(f *testing.F) {
	for _, seed := range []string{"", frame(7, ""), frame(7, "482913"), frame(7, "482913") + "more", frame(0, strings.Repeat("9", 255)), "\x00"} {
		f.Add([]byte(seed))
	}
	l := newLab(f)
	socket := l.as(annaUID).Socket
	f.Fuzz(func(t *testing.T, sent []byte) {
		conn := open(t, socket)
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write(sent) // the service may have closed before the end
		_ = conn.(*net.UnixConn).CloseWrite()
		_, _ = io.ReadAll(conn)
		var want []string
		if len(sent) >= 9 && len(sent) >= 9+int(sent[8]) {
			want = []string{string(sent[9 : 9+int(sent[8])])}
		}
		if _, _, pins := l.b.taken(); !slices.Equal(pins, want) {
			t.Errorf("of %x the agent got %q", sent, pins)
		}
	})
}
