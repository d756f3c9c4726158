package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// answering answers every connection with the bytes that say gives, and hangs up.
func answering(f *testing.F, say func() []byte) (socket string) {
	f.Helper()
	socket = filepath.Join(f.TempDir(), "agent.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(time.Second))
			_, _ = conn.Read(make([]byte, 4096)) // the request
			_, _ = conn.Write(say())
			_ = conn.Close()
		}
	}()
	return socket
}

// FuzzServiceAnswers lets the service answer anything at all: a client gets an answer or a typed error, and never a
// success out of an error status.
func FuzzServiceAnswers(f *testing.F) {
	ok := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
	for _, seed := range []string{
		"", "HTTP/1.1", ok, ok + `{"v":1,"phase":"no-card"}` + "\n", ok + `{"v":1,"phase":7}`, ok + `[[[[`,
		"HTTP/1.1 409 Conflict\r\nContent-Length: 22\r\n\r\n{\"code\":\"pin.timeout\"}", "HTTP/1.1 403 Forbidden\r\n\r\nnot allowed",
		"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n{}",
		switching + `{"ok":true}` + "\n", switching + `{"ok":"yes"}`, "HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	var answer []byte
	c := client.Client{Socket: answering(f, func() []byte { return answer })}
	f.Fuzz(func(t *testing.T, said []byte) {
		answer = said
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := c.Snapshot(ctx)
		wantTyped(t, said, err)
		_, err = c.Diag(ctx)
		wantTyped(t, said, err)
		_, err = c.UnlockFinish(ctx, "t1")
		wantTyped(t, said, err)
		wantTyped(t, said, c.Watch(ctx, func(apitype.Snapshot) error { return nil }))
		wantTyped(t, said, c.Audit(ctx, io.Discard))
		pin := []byte("482913")
		r, err := c.PIN(ctx, apitype.PINRequest{Insertion: 1}, pin)
		wantTyped(t, said, err)
		if r.OK && (err != nil || len(said) < len(http.StatusText(http.StatusSwitchingProtocols))) || string(pin) == "482913" {
			t.Errorf("%q made a PIN result %+v, %v; the PIN is now %q", said, r, err, pin)
		}
	})
}

// wantTyped checks that an error says what to do about it.
func wantTyped(t *testing.T, said []byte, err error) {
	t.Helper()
	var p *apitype.Problem
	var denied *client.Denied
	if err != nil && !errors.As(err, &p) && !errors.As(err, &denied) {
		t.Errorf("%q came to %v", said, err)
	}
}
