package check

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

// card is a certificate of its own, with a key that counts.
func card(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Anna Test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

// server is a web server that knows the card, with the settings of a test.
func server(t *testing.T, cert tls.Certificate, known *x509.CertPool, set func(s *httptest.Server)) Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil || r.URL.Path == "/forbidden" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, "page")
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: known}
	set(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return Server{URL: s.URL + "/", Roots: roots, Card: cert}
}

func TestAServerThatResumesIsToldFromOneThatDoesNot(t *testing.T) {
	cert, known := card(t)
	for name, c := range map[string]struct {
		set  func(*httptest.Server)
		want []Version
		open bool
	}{
		"as most are": {func(*httptest.Server) {},
			[]Version{{TLS: "TLS 1.2", Status: 200, Signatures: 1, Resumes: true, KeepsOpen: true}, {TLS: "TLS 1.3", Status: 200, Signatures: 1, Resumes: true, KeepsOpen: true}}, false},
		"no tickets": {func(s *httptest.Server) { s.TLS.SessionTicketsDisabled = true },
			[]Version{{TLS: "TLS 1.2", Status: 200, Signatures: 1, KeepsOpen: true}, {TLS: "TLS 1.3", Status: 200, Signatures: 1, KeepsOpen: true}}, false},
		"no tickets and no second page": {func(s *httptest.Server) { s.TLS.SessionTicketsDisabled = true; s.Config.SetKeepAlivesEnabled(false) },
			[]Version{{TLS: "TLS 1.2", Status: 200, Signatures: 1}, {TLS: "TLS 1.3", Status: 200, Signatures: 1}}, false},
		"TLS 1.3 alone": {func(s *httptest.Server) { s.TLS.MinVersion = tls.VersionTLS13 },
			[]Version{{TLS: "TLS 1.3", Status: 200, Signatures: 1, Resumes: true, KeepsOpen: true}}, false},
		"a card is welcome": {func(s *httptest.Server) {
			s.TLS.ClientAuth = tls.VerifyClientCertIfGiven
			s.TLS.MinVersion = tls.VersionTLS13
		},
			[]Version{{TLS: "TLS 1.3", Status: 200, Signatures: 1, Resumes: true, KeepsOpen: true}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := server(t, cert, known, c.set).Run(t.Context())
			if err != nil || !slices.Equal(r.Versions, c.want) || r.Open != c.open {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestWhyAServerCouldNotBeCheckedIsTold(t *testing.T) {
	cert, known := card(t)
	_, other := card(t)
	var refused *RefusedError
	if _, err := server(t, cert, other, func(*httptest.Server) {}).Run(t.Context()); !errors.As(err, &refused) || refused.Err == nil {
		t.Errorf("a server that does not know the card: %v", err)
	}
	forbidden := server(t, cert, known, func(*httptest.Server) {})
	forbidden.URL += "forbidden"
	if _, err := forbidden.Run(t.Context()); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("a page that is forbidden: %v", err)
	}
	untrusted := server(t, cert, known, func(*httptest.Server) {})
	untrusted.Roots = x509.NewCertPool()
	var unknown x509.UnknownAuthorityError
	if _, err := untrusted.Run(t.Context()); !errors.As(err, &unknown) {
		t.Errorf("a server that nobody knows: %v", err)
	}
	broken := server(t, cert, known, func(*httptest.Server) {})
	broken.Card.PrivateKey = brokenKey{cert.PrivateKey.(crypto.Signer)}
	if _, err := broken.Run(t.Context()); !errors.Is(err, errBroken) || errors.As(err, &refused) {
		t.Errorf("a card that fails: %v", err)
	}
	for _, bad := range []string{"http://a.se/", "https://", "ftp://x", "://", "https://anna:pw@a.se/"} {
		var wrong *URLError
		if _, err := (Server{URL: bad}).Run(t.Context()); !errors.As(err, &wrong) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

var errBroken = errors.New("the card does not sign")

type brokenKey struct{ crypto.Signer }

func (brokenKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errBroken }

func TestHowLongAServerKeepsAConnectionIsReadFromWhatItSays(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"timeout=5, max=100": 5 * time.Second, "max=3,timeout=60": time.Minute, "": 0, "timeout=x": 0, "timeout=-1": 0, "timeout=99999999999": 0,
	} {
		if got := keepFor(header); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}

func TestASessionIsNamedWhereTheFirstAnswerNamesIt(t *testing.T) {
	hello := append([]byte{22, 3, 3, 0, 74, 2, 0, 0, 70, 3, 3}, make([]byte, 32)...)
	for name, c := range map[string]struct {
		heard []byte
		want  bool
	}{
		"a name of 32 bytes": {append(slices.Clone(hello), append([]byte{32}, make([]byte, 32)...)...), true},
		"no name":            {append(slices.Clone(hello), 0, 0xc0, 0x2f, 0), false},
		"cut short":          {hello, false},
		"an alert":           {[]byte{21, 3, 3, 0, 2, 2, 40}, false},
		"nothing":            {nil, false},
	} {
		if got := identifies(c.heard); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzFirstAnswer(f *testing.F) {
	f.Add([]byte{22, 3, 3, 0, 74, 2, 0, 0, 70, 3, 3})
	f.Fuzz(func(t *testing.T, heard []byte) {
		if identifies(heard) && (len(heard) <= recordHead+helloHead || heard[0] != recordHandshake) {
			t.Errorf("% x names a session", heard)
		}
	})
}
