package localapi_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// panics counts the panics that a handler had; net/http swallows them and writes a line.
type panics struct{ seen atomic.Int64 }

func (p *panics) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("panic")) {
		p.seen.Add(1)
	}
	return len(line), nil
}

// mayRefuse are the verbs of Bert, who owns nothing, that reach the agent all the same: it says no itself.
func mayRefuse(asked string) bool {
	return strings.HasPrefix(asked, "begin ") || strings.HasPrefix(asked, "pin ") || strings.HasPrefix(asked, "finish ")
}

// FuzzRawRequests writes anything at all to the socket as a user to whom nothing belongs: no handler may panic, the
// answer is bounded, and nothing that is not his is carried out.
func FuzzRawRequests(f *testing.F) {
	for _, seed := range []string{
		"", "GET", "GET /v1/snapshot HTTP/1.1\r\nHost: siths-agent\r\nConnection: close\r\n\r\n",
		"POST /v1/lock HTTP/1.1\r\nHost: siths-agent\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"POST /v1/unlock/begin HTTP/1.1\r\nHost: siths-agent\r\nContent-Length: 18\r\nConnection: close\r\n\r\n{\"account\":\"anna\"}",
		"POST /v1/pin HTTP/1.1\r\nHost: siths-agent\r\nConnection: Upgrade\r\nUpgrade: siths-pin\r\n\r\n\x00\x00\x00\x00\x00\x00\x00\x07\x06482913",
		"POST /v1/session HTTP/1.1\r\nHost: siths-agent\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"GET /v1/health HTTP/1.1\r\nHost: evil\r\nOrigin: null\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01",
	} {
		f.Add([]byte(seed))
	}
	l := newLab(f)
	var lines panics
	l.s.Log = slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
	socket := l.as(bertUID).Socket
	f.Fuzz(func(t *testing.T, sent []byte) {
		if bytes.Contains(sent, []byte("/v1/watch")) {
			return // that answer has no end
		}
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = conn.Write(sent) // the service may have closed before the end
		_ = conn.(*net.UnixConn).CloseWrite()
		answer, err := io.ReadAll(io.LimitReader(conn, 1<<20))
		if err != nil && strings.Contains(err.Error(), "timeout") || len(answer) == 1<<20 {
			t.Errorf("%q got %d bytes, %v", sent, len(answer), err)
		}
		asked, _, _ := l.b.taken()
		if i := slices.IndexFunc(asked, func(a string) bool { return !mayRefuse(a) }); i >= 0 {
			t.Errorf("%q made the agent do %q", sent, asked[i])
		}
		if bytes.Contains(answer, []byte("Anna")) && !bytes.Contains(sent, []byte("/v1/unlock/begin")) {
			t.Errorf("%q told bert %q", sent, answer)
		}
		if n := lines.seen.Load(); n > 0 {
			t.Fatalf("%q made a handler panic", sent)
		}
	})
}
