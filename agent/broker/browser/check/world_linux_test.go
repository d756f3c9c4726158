package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"strconv"
	"testing"

	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
)

// servers are real ones, and a card that they know.
type servers struct {
	*lab.Lab
	card  tls.Certificate
	roots *x509.CertPool
}

// start starts parts of the lab, with settings from files for those that have one.
func start(t *testing.T, settings map[lab.Part]string, parts ...lab.Part) servers {
	t.Helper()
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(t.Context(), lab.Options{Dir: openFolder(t), PKI: pki, Parts: parts, Settings: settings})
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
	return servers{l, tls.Certificate{Certificate: [][]byte{anna.Auth.Cert.Raw}, PrivateKey: anna.Auth.Key}, roots}
}

// dial connects to a part, whatever its name would lead to.
func (s servers) dial(part lab.Part) func(context.Context, string) (net.Conn, error) {
	return func(ctx context.Context, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Ports[part])))
	}
}

// check is what is told of a part.
func (s servers) check(t *testing.T, part lab.Part) Result {
	t.Helper()
	r, err := Server{URL: s.URL(part), Roots: s.roots, Card: s.card, Dial: s.dial(part)}.Run(t.Context())
	if err != nil {
		t.Fatalf("%s: %v\n%s", part, err, s.Errors(part))
	}
	return r
}

// openFolder is a folder that the servers' own users can walk into.
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
