package check

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/internal/lab"
)

// advice is what docs/sso-servers.md shows.
func advice() map[lab.Part]string {
	const dir = "../../../../docs/servers/"
	return map[lab.Part]string{lab.Strict: dir + "apache.conf", lab.Nginx: dir + "nginx.conf", lab.HAProxy: dir + "haproxy.cfg"}
}

func TestServersThatAreSetUpAsTheyComeAreToldToResume(t *testing.T) {
	t.Parallel()
	s := start(t, nil, lab.Nginx, lab.HAProxy)
	if r := s.check(t, lab.Nginx); len(r.Versions) != 2 || !r.Versions[0].Resumes || !r.Versions[1].Resumes {
		t.Errorf("nginx: %+v", r)
	}
	// Debian turns tickets off, and leaves the cache: it is told of with TLS 1.2, and asked with TLS 1.3.
	if r := s.check(t, lab.HAProxy); len(r.Versions) != 2 || r.Versions[0].Resumes || !r.Versions[0].Named || !r.Versions[1].Resumes {
		t.Errorf("HAProxy: %+v", r)
	}
}

func TestServersThatAreSetUpAsThePageSaysAskTheCardForEachConnection(t *testing.T) {
	t.Parallel()
	s := start(t, advice(), slices.Collect(maps.Keys(advice()))...)
	for part := range advice() {
		t.Run(string(part), func(t *testing.T) {
			t.Parallel()
			r := s.check(t, part)
			if len(r.Versions) != 2 || r.Resumes() || r.Open {
				t.Fatalf("%+v", r)
			}
			for _, v := range r.Versions {
				if v.Signatures != 1 || !v.KeepsOpen {
					t.Errorf("%+v", v)
				}
			}
			var all sync.WaitGroup
			for _, proto := range protocols(part) {
				all.Go(func() { s.wantEnd(t, part, proto) })
			}
			all.Wait()
		})
	}
}

// protocols are those that a part of the lab speaks.
func protocols(part lab.Part) []string {
	if part == lab.Strict {
		return []string{"http/1.1"}
	}
	return []string{"http/1.1", "h2"}
}

// patience is how long a server may keep a connection that nobody uses: longer than the page says, and shorter than any of
// them does by itself.
const patience = 20 * time.Second

// wantEnd wants the server to end a connection that has had its page.
func (s servers) wantEnd(t *testing.T, part lab.Part, proto string) {
	t.Helper()
	transport, end := s.transport(part, proto)
	defer transport.CloseIdleConnections()
	s.wantPage(t, transport, part, proto)
	begun := time.Now()
	select {
	case <-end:
		t.Logf("%s ends %s after %s", part, proto, time.Since(begun))
	case <-time.After(patience):
		t.Errorf("%s keeps an idle connection of %s open", part, proto)
	}
}

// transport speaks one protocol with a part, with the card. What it returns beside is closed when the first of its
// connections has ended.
func (s servers) transport(part lab.Part, proto string) (*http.Transport, <-chan struct{}) {
	end := make(chan struct{})
	tell := sync.OnceFunc(func() { close(end) })
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := s.dial(part)(ctx, "")
			return &toEnd{Conn: conn, end: tell}, err
		},
		ForceAttemptHTTP2: proto == "h2",
		TLSClientConfig:   &tls.Config{RootCAs: s.roots, ServerName: lab.App, Certificates: []tls.Certificate{s.card}, NextProtos: []string{proto}},
	}, end
}

// wantPage wants a page over a protocol.
func (s servers) wantPage(t *testing.T, transport *http.Transport, part lab.Part, proto string) {
	t.Helper()
	answer, err := (&http.Client{Transport: transport}).Get(s.URL(part))
	if err != nil {
		t.Errorf("%s: %v", proto, err)
		return
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusOK || (answer.ProtoMajor == 2) != (proto == "h2") {
		t.Errorf("%s: %s, %v", answer.Proto, answer.Status, err)
	}
}

// toEnd is a connection that tells when its user gives it up, which with a user that never does so by itself is when the
// server has said that it ends it.
type toEnd struct {
	net.Conn
	end func()
}

func (c *toEnd) Close() error {
	c.end()
	return c.Conn.Close()
}

func TestEachSettingOfThePageAboutSessionsIsNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part      lab.Part
		old, what string
	}{
		{lab.Nginx, "ssl_session_tickets off;", ""},
		{lab.Nginx, "ssl_session_cache off;", ""},
		{lab.HAProxy, "no-tls-tickets", "ssl-min-ver TLSv1.2"},
		{lab.HAProxy, "tune.ssl.cachesize 0", ""},
	} {
		t.Run(c.old, func(t *testing.T) {
			t.Parallel()
			s := start(t, map[lab.Part]string{c.part: changed(t, c.part, c.old, c.what)}, c.part)
			if r := s.check(t, c.part); !r.Resumes() {
				t.Errorf("it is told that nothing is resumed: %+v", r)
			}
		})
	}
}

// TestNginxEndsAConnectionThatIsInUse is about keepalive_time, with a shorter one than the page's and no other end.
func TestNginxEndsAConnectionThatIsInUse(t *testing.T) {
	t.Parallel()
	settings := changed(t, lab.Nginx, "keepalive_time 1m;", "keepalive_time 1s; keepalive_requests 10000000;")
	s := start(t, map[lab.Part]string{lab.Nginx: settings}, lab.Nginx)
	for _, proto := range protocols(lab.Nginx) {
		transport, end := s.transport(lab.Nginx, proto)
		for begun := time.Now(); !over(end); {
			if s.wantPage(t, transport, lab.Nginx, proto); t.Failed() || time.Since(begun) > patience {
				t.Fatalf("a connection of %s that is used goes on", proto)
			}
		}
		transport.CloseIdleConnections()
	}
}

func over(end <-chan struct{}) bool {
	select {
	case <-end:
		return true
	default:
		return false
	}
}

// changed is the page's file for a part with other words at one place.
func changed(t *testing.T, part lab.Part, old, what string) string {
	t.Helper()
	text, err := os.ReadFile(advice()[part])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%q does not stand once in %s", old, advice()[part])
	}
	file := filepath.Join(t.TempDir(), "settings")
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, what, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
