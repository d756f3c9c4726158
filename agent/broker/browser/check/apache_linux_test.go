package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
)

// TestApacheIsToldAsItIsSetUp is about the two ways of Apache that docs/sso-servers.md shows.
func TestApacheIsToldAsItIsSetUp(t *testing.T) {
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(t.Context(), lab.Options{Dir: openFolder(t), PKI: pki, Parts: []lab.Part{lab.Web, lab.Strict}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	anna, err := pki.IssueCard(lab.Card("anna", "SE2321000131-P000000000001"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile(l.RootFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	check := func(part lab.Part) Result {
		r, err := Server{URL: l.URL(part), Roots: roots, Card: tls.Certificate{Certificate: [][]byte{anna.Auth.Cert.Raw}, PrivateKey: anna.Auth.Key},
			Dial: func(ctx context.Context, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Ports[part])))
			}}.Run(t.Context())
		if err != nil {
			t.Fatalf("%s: %v\n%s", part, err, l.Errors(part))
		}
		return r
	}
	ordinary, strict := check(lab.Web), check(lab.Strict)
	if len(ordinary.Versions) != 2 || len(strict.Versions) != 2 {
		t.Fatalf("%+v, %+v", ordinary, strict)
	}
	for i, v := range ordinary.Versions {
		if !v.Resumes || !v.KeepsOpen || v.KeepFor != 5*time.Second || v.Signatures != 1 {
			t.Errorf("as Debian sets it up: %+v", v)
		}
		if s := strict.Versions[i]; s.Resumes || s.KeepsOpen || s.Signatures != 1 {
			t.Errorf("as it should be: %+v", s)
		}
	}
	if ordinary.Open || strict.Open || !ordinary.Resumes() || strict.Resumes() {
		t.Errorf("%+v, %+v", ordinary, strict)
	}
	withoutTickets(t, l)
	if r := check(lab.Web); len(r.Versions) != 2 || !r.Versions[0].Named || r.Versions[0].Resumes || !r.Versions[1].Resumes {
		t.Errorf("without tickets, with a cache: %+v", r)
	}
}

// withoutTickets turns tickets off and leaves the cache as it is.
func withoutTickets(t *testing.T, l *lab.Lab) {
	t.Helper()
	l.Halt(lab.Web)
	conf, err := os.OpenFile(l.Path("ordinary.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conf.WriteString("SSLSessionTickets off\n")
	if err := errors.Join(err, conf.Close(), l.Resume(lab.Web)); err != nil {
		t.Fatal(err)
	}
}

// openFolder is a folder that the servers' own user can walk into.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "siths-check-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
