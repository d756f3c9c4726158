package watch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

// serve answers every request on a socket with f and returns a client of it.
func serve(t *testing.T, f http.HandlerFunc) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: f}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return &Client{Socket: path}
}

func codeOf(err error) apitype.Code {
	var p *apitype.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestEachStateIsToldInOrderUntilTheWatchIsCutOff(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method+r.Host+r.URL.Path != "GET"+apitype.Host+"/v1/watch" {
			t.Errorf("asked %s %s of %s", r.Method, r.URL, r.Host)
		}
		_, _ = io.WriteString(w, "{\"rev\":1}\n{\"rev\":2}\n")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "{\"rev\":3}\n{\"re")
	})
	var revs []uint64
	err := c.Watch(t.Context(), func(s apitype.Snapshot) error {
		revs = append(revs, s.Rev)
		return nil
	})
	if !slices.Equal(revs, []uint64{1, 2, 3}) || codeOf(err) != apitype.AgentUnreachable {
		t.Errorf("heard %v, then %v", revs, err)
	}
}

func TestAWatchEndsWithItsContextAndWithItsListener(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{\"rev\":1}\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	if err := c.Watch(ctx, func(apitype.Snapshot) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("with its context: %v", err)
	}
	enough := errors.New("enough")
	if err := c.Watch(t.Context(), func(apitype.Snapshot) error { return enough }); err != enough {
		t.Errorf("with its listener: %v", err)
	}
}

func TestALockIsAskedForAndItsRefusalIsTheServicesOwn(t *testing.T) {
	answer := http.StatusNoContent
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); r.Method+r.URL.Path != "POST/v1/lock" || len(body) > 0 {
			t.Errorf("asked %s %s with %q", r.Method, r.URL, body)
		}
		w.WriteHeader(answer)
		if answer != http.StatusNoContent {
			_, _ = io.WriteString(w, `{"code":"person.wrong-session"}`)
		}
	})
	if err := c.Lock(t.Context()); err != nil {
		t.Error(err)
	}
	answer = http.StatusForbidden
	if err := c.Lock(t.Context()); codeOf(err) != apitype.PersonWrongSession {
		t.Errorf("a refusal is %v", err)
	}
}

func TestWhatIsNoAnswerCountsAsUnreachable(t *testing.T) {
	for _, answer := range []string{
		"", "hello\n", "HTTP/1.1 2OO OK\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n", "SSH-2.0 200\r\n\r\n", "HTTP/1.0 +20 OK\r\n\r\n",
		"HTTP/1.0 200 OK\r\n" + strings.Repeat("A: b\r\n", 2*maxHeaders) + "\r\n{\"rev\":1}\n", "HTTP/1.0 500 Oops\r\n\r\noops",
		"HTTP/1.0 200 OK\r\n\r\nnothing\n", "HTTP/1.0 200 OK\r\n\r\n{\"phase\":\"" + strings.Repeat("x", 2*maxLine),
	} {
		told := func(s apitype.Snapshot) error { t.Errorf("%.40q tells %+v", answer, s); return nil }
		err := exchange(&wire{Reader: strings.NewReader(answer)}, "GET /v1/watch", states(told))
		if codeOf(err) != apitype.AgentUnreachable {
			t.Errorf("%.40q is %v", answer, err)
		}
	}
}

func TestAServiceThatIsNotThereIsUnreachable(t *testing.T) {
	t.Setenv("SITHS_AGENT_SOCKET", filepath.Join(t.TempDir(), "none"))
	var c Client
	if err := c.Watch(t.Context(), nil); codeOf(err) != apitype.AgentUnreachable {
		t.Error(err)
	}
}

// wire is a connection whose other end has said all that it will say.
type wire struct {
	io.Reader
	asked bytes.Buffer
}

func (w *wire) Write(b []byte) (int, error) { return w.asked.Write(b) }

func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"rev\":1}\n{\"rev\":2}\n", "HTTP/1.0 204 No Content\r\n\r\n",
		"HTTP/1.0 403 Forbidden\r\n\r\n{\"code\":\"pin.wrong\"}", "HTTP/1.0 429\n\n\x00", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		told := 0
		err := exchange(&wire{Reader: bytes.NewReader(answer)}, "GET /v1/watch", states(func(apitype.Snapshot) error { told++; return nil }))
		if err == nil || codeOf(err) == "" {
			t.Errorf("an answer that has ended is %v", err)
		}
		if lines := bytes.Count(answer, []byte("\n")); told > lines {
			t.Errorf("%d states in %d lines", told, lines)
		}
		_ = exchange(&wire{Reader: bytes.NewReader(answer)}, "POST /v1/lock", func(*bufio.Scanner) error { return nil })
	})
}
