package client_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// serve answers every request on a socket with f and returns the socket.
func serve(t *testing.T, f http.HandlerFunc) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: f}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return path
}

func wantUnreachable(t *testing.T, err error) {
	t.Helper()
	var p *apitype.Problem
	if !errors.As(err, &p) || p.Code != apitype.AgentUnreachable || p.Retry != apitype.RetryAfterWait {
		t.Errorf("got %v", err)
	}
}

func TestTheZeroClientFindsTheSocketInTheEnvironment(t *testing.T) {
	t.Setenv("SITHS_AGENT_SOCKET", serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host != apitype.Host || r.Method+r.URL.Path != "GET/v1/snapshot" {
			t.Errorf("asked %s %s of %s", r.Method, r.URL, r.Host)
		}
		_, _ = io.WriteString(w, `{"v":1,"phase":"no-card","later":"field"}`)
	}))
	var c client.Client
	if s, err := c.Snapshot(context.Background()); err != nil || s.Phase != apitype.NoCard {
		t.Errorf("%+v, %v", s, err)
	}
	c.Socket = filepath.Join(t.TempDir(), "none")
	_, err := c.Snapshot(context.Background())
	wantUnreachable(t, err)
}

func TestAnAnswerThatIsNoneOfOursCountsAsUnreachable(t *testing.T) {
	for name, f := range map[string]http.HandlerFunc{
		"no JSON":                 func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") },
		"an error without a code": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "oops", http.StatusInternalServerError) },
		"an empty problem": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, "{}")
		},
		"a broken connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"more than anybody reads": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"phase":"`+strings.Repeat("x", 2<<20)+`"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := client.Client{Socket: serve(t, f)}
			_, err := c.Snapshot(context.Background())
			wantUnreachable(t, err)
		})
	}
}

func TestProblemsAndDenialsAreTyped(t *testing.T) {
	c := client.Client{Socket: serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/lock" {
			http.Error(w, "not allowed", http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(apitype.Problem{Code: apitype.PersonWrongSession, Ref: "0001"})
	})}
	var denied *client.Denied
	if err := c.Lock(context.Background()); !errors.As(err, &denied) || denied.Error() != "not allowed: /v1/lock" {
		t.Errorf("a denial is %v", err)
	}
	_, err := c.UnlockBegin(context.Background(), apitype.UnlockRequest{})
	var p *apitype.Problem
	if !errors.As(err, &p) || p.Code != apitype.PersonWrongSession || p.Ref != "0001" {
		t.Errorf("a problem is %v", err)
	}
	if err := c.Audit(context.Background(), io.Discard); !errors.As(err, &p) {
		t.Errorf("audit: %v", err)
	}
	if err := c.Watch(context.Background(), nil); !errors.As(err, &p) {
		t.Errorf("watch: %v", err)
	}
}

func TestAWatchThatIsCutOffSaysSo(t *testing.T) {
	c := client.Client{Socket: serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{\"rev\":1}\n{\"rev\":2}\n{\"re")
	})}
	var revs []uint64
	err := c.Watch(context.Background(), func(s apitype.Snapshot) error { revs = append(revs, s.Rev); return nil })
	wantUnreachable(t, err)
	if fmt.Sprint(revs) != "[1 2]" {
		t.Errorf("saw %v", revs)
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	c := client.Client{Socket: serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Snapshot(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a snapshot: %v", err)
	}
	pin := []byte("482913")
	if _, err := c.PIN(ctx, apitype.PINRequest{}, pin); err == nil || !bytes.Equal(pin, make([]byte, 6)) {
		t.Errorf("a PIN: %v, left as %q", err, pin)
	}
}

// hijacked serves the PIN channel with f.
func hijacked(t *testing.T, f func(conn net.Conn, r *bufio.Reader)) string {
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		f(conn, rw.Reader)
	})
}

const switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: siths-pin\r\n\r\n"

func TestThePINIsSentOnlyToWhoHasAskedForIt(t *testing.T) {
	for name, answer := range map[string]string{
		"a success that is none": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"a refusal":              "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
		"noise":                  "hello\r\n\r\n",
		"nothing":                "",
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan []byte, 1)
			c := client.Client{Socket: hijacked(t, func(conn net.Conn, r *bufio.Reader) {
				_, _ = io.WriteString(conn, answer)
				_ = conn.(*net.UnixConn).CloseWrite()
				rest, _ := io.ReadAll(r)
				got <- rest
			})}
			pin := []byte("482913")
			_, err := c.PIN(context.Background(), apitype.PINRequest{}, pin)
			if rest := <-got; err == nil || len(rest) != 0 || !bytes.Equal(pin, make([]byte, 6)) {
				t.Errorf("%v; %q was sent; the PIN is now %q", err, rest, pin)
			}
		})
	}
}

func TestWhatGoesOverThePINChannel(t *testing.T) {
	got := make(chan []byte, 1)
	c := client.Client{Socket: hijacked(t, func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, switching)
		frame := make([]byte, 15)
		_, _ = io.ReadFull(r, frame)
		_, _ = io.WriteString(conn, `{"ok":true,"tries":3}`+"\n")
		got <- frame
	})}
	r, err := c.PIN(context.Background(), apitype.PINRequest{Insertion: 258}, []byte("482913"))
	if err != nil || !r.OK || *r.Tries != 3 {
		t.Errorf("%+v, %v", r, err)
	}
	if frame := <-got; string(frame) != "\x00\x00\x00\x00\x00\x00\x01\x02\x06482913" {
		t.Errorf("the frame is %q", frame)
	}
}

func TestAPINThatDoesNotFitTheChannelStaysHere(t *testing.T) {
	c := client.Client{Socket: serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })}
	pin := bytes.Repeat([]byte("9"), 256)
	_, err := c.PIN(context.Background(), apitype.PINRequest{}, pin)
	var p *apitype.Problem
	if !errors.As(err, &p) || p.Code != apitype.PINLength || !bytes.Equal(pin, make([]byte, 256)) {
		t.Errorf("%v", err)
	}
}

func TestAServiceThatLeavesDuringThePINIsUnreachable(t *testing.T) {
	c := client.Client{Socket: hijacked(t, func(conn net.Conn, _ *bufio.Reader) { _, _ = io.WriteString(conn, switching) })}
	_, err := c.PIN(context.Background(), apitype.PINRequest{}, []byte("482913"))
	wantUnreachable(t, err)
}
