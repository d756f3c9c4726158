package lab_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
)

// hierarchy is shared, because its keys take long to make.
var hierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 8}})
})

// open starts parts that end with the test.
func open(t *testing.T, parts ...lab.Part) (*lab.Lab, *testpki.PKI) {
	t.Helper()
	pki, err := hierarchy()
	must(t, err)
	dir, err := os.MkdirTemp("", "lab-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755)) // the web server's user walks into it
	l, err := lab.Start(t.Context(), lab.Options{Dir: dir, PKI: pki, Parts: parts})
	must(t, err)
	t.Cleanup(l.Close)
	t.Cleanup(func() {
		if t.Failed() {
			for _, part := range parts {
				t.Logf("%s:\n%s%s", part, l.Errors(part), l.Log(part))
			}
		}
	})
	return l, pki
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// card issues one as files, since what is tested here are the servers.
func card(t *testing.T, pki *testpki.PKI, person testpki.Person) (*testpki.Card, string) {
	t.Helper()
	c, err := pki.IssueCard(person)
	must(t, err)
	dir := t.TempDir()
	must(t, c.Write(dir))
	return c, dir
}

func annas() testpki.Person { return lab.Card("anna", "SE2321000131-P000000000001") }

// kinit asks the KDC for a ticket without a terminal, and returns what it said and where the ticket is.
func kinit(t *testing.T, l *lab.Lab, dir string, args ...string) (said, cache string, err error) {
	t.Helper()
	cache = filepath.Join(t.TempDir(), "cc")
	identity := "FILE:" + filepath.Join(dir, "auth.pem") + "," + filepath.Join(dir, "auth.key")
	cmd := exec.CommandContext(t.Context(), "kinit", append([]string{"-V", "-c", cache, "-X", "X509_user_identity=" + identity}, args...)...)
	cmd.Env = []string{"PATH=/usr/bin", "KRB5_CONFIG=" + l.Krb5Conf()}
	out, err := cmd.CombinedOutput()
	return string(out), cache, err
}

func TestACardGetsATicketAndARevokedOneDoesNot(t *testing.T) {
	t.Parallel()
	l, pki := open(t, lab.KDC)
	c, dir := card(t, pki, annas())
	if said, _, err := kinit(t, l, dir, lab.UPN("anna")); err != nil {
		t.Fatalf("anna's card got no ticket: %v: %s", err, said)
	}
	if said, _, err := kinit(t, l, dir, lab.UPN("bob")); err == nil {
		t.Errorf("anna's card got bob's ticket: %s", said)
	}
	pki.RevokeCard(c)
	l.Halt(lab.KDC)
	must(t, l.Resume(lab.KDC))
	if said, _, err := kinit(t, l, dir, lab.UPN("anna")); err == nil {
		t.Errorf("a revoked card got a ticket: %s", said)
	}
}

// client is a browser of the lab's web servers with a certificate, or without one for nil.
func client(t *testing.T, l *lab.Lab, part lab.Part, c *testpki.Card, version uint16) *http.Client {
	t.Helper()
	root, err := os.ReadFile(l.RootFile())
	must(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	config := &tls.Config{RootCAs: pool, ServerName: lab.App, MinVersion: version, MaxVersion: version, ClientSessionCache: tls.NewLRUClientSessionCache(0)}
	if c != nil {
		config.Certificates = []tls.Certificate{{Certificate: [][]byte{c.Auth.Cert.Raw}, PrivateKey: c.Auth.Key}}
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Ports[part])))
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DialContext: dial}}
}

func get(t *testing.T, c *http.Client, url string) (string, error) {
	t.Helper()
	answer, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	c.CloseIdleConnections()
	return string(text), err
}

func TestTheOrdinaryServerResumesAndTheStrictOneDoesNot(t *testing.T) {
	t.Parallel()
	l, pki := open(t, lab.Web, lab.Strict)
	c, _ := card(t, pki, annas())
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, part := range []lab.Part{lab.Web, lab.Strict} {
			browser := client(t, l, part, c, version)
			for range 2 {
				if page, err := get(t, browser, l.URL(part)); err != nil || !strings.Contains(page, "anna") {
					t.Fatalf("%s: %v: %s", part, err, page)
				}
			}
			if _, err := get(t, client(t, l, part, nil, version), l.URL(part)); err == nil {
				t.Errorf("%s served a page without a certificate", part)
			}
		}
	}
	if log := l.Log(lab.Web); strings.Count(log, "Resumed") != 2 || strings.Count(log, "Initial") != 2 {
		t.Errorf("the ordinary server did not resume each second connection:\n%s", log)
	}
	if log := l.Log(lab.Strict); strings.Contains(log, "Resumed") || strings.Count(log, "Initial") != 4 {
		t.Errorf("the strict server resumed:\n%s", log)
	}
}

func TestTheDomainTakesTheCardAndNoLongerThePassword(t *testing.T) {
	t.Parallel()
	l, pki := open(t, lab.AD)
	_, dir := card(t, pki, annas())
	byName, byUPN := []string{"anna@" + lab.ADRealm}, []string{"-C", "-E", lab.UPN("anna") + "@" + lab.ADRealm}
	for _, args := range [][]string{byName, byUPN} {
		if said, _, err := kinit(t, l, dir, args...); err != nil {
			t.Errorf("%v: %v: %s", args, err, said)
		}
	}
	if said, _, err := kinit(t, l, dir, "bob@"+lab.ADRealm); err == nil {
		t.Errorf("anna's card got bob's ticket: %s", said)
	}
	if err := password(t, l); err != nil {
		t.Errorf("the password did not work while it should: %v", err)
	}
	must(t, l.CardOnly("anna"))
	if password(t, l) == nil {
		t.Error("the password works although the domain wants a card")
	}
	if said, _, err := kinit(t, l, dir, byName...); err != nil {
		t.Errorf("the card, where it is the only way: %v: %s", err, said)
	}
}

// password asks the domain for anna's ticket without her card.
func password(t *testing.T, l *lab.Lab) error {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "kinit", "-c", filepath.Join(t.TempDir(), "cc"), "anna@"+lab.ADRealm)
	cmd.Env = []string{"PATH=/usr/bin", "KRB5_CONFIG=" + l.Krb5Conf()}
	cmd.Stdin = strings.NewReader(lab.ADPassword + "\n")
	return cmd.Run()
}

func TestATicketOpensThePageAndSaysThatACardWasUsed(t *testing.T) {
	t.Parallel()
	l, pki := open(t, lab.KDC, lab.SPNEGO)
	_, dir := card(t, pki, annas())
	said, cache, err := kinit(t, l, dir, lab.UPN("anna"))
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	ask := func(cache string) string {
		url := l.URL(lab.SPNEGO)
		cmd := exec.CommandContext(t.Context(), "curl", "-s", "-i", "--negotiate", "-u", ":", "--resolve", lab.App+":"+strconv.Itoa(l.Ports[lab.SPNEGO])+":127.0.0.1", url)
		cmd.Env = []string{"PATH=/usr/bin", "KRB5_CONFIG=" + l.Krb5Conf(), "KRB5CCNAME=FILE:" + cache}
		out, err := cmd.CombinedOutput()
		must(t, err)
		return string(out)
	}
	page := ask(cache)
	indicator := base64.StdEncoding.EncodeToString([]byte(lab.Indicator))
	for _, want := range []string{"200 OK", "X-Remote-User: " + lab.UPN("anna"), "X-Auth-Ind: " + indicator} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if page := ask(cache + "-none"); !strings.Contains(page, "401 Unauthorized") {
		t.Errorf("a page without a ticket:\n%s", page)
	}
}

func TestTheShellTakesTheKeyThatItWasTold(t *testing.T) {
	t.Parallel()
	l, _ := open(t, lab.SSH)
	key := filepath.Join(t.TempDir(), "key")
	must(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", key).Run())
	hosts, err := l.KnownHosts()
	must(t, err)
	me, err := user.Current()
	must(t, err)
	login := func() error {
		return exec.CommandContext(t.Context(), "ssh", "-F", "none", "-i", key, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "UserKnownHostsFile="+hosts,
			"-o", "GlobalKnownHostsFile=none", "-p", strconv.Itoa(l.Ports[lab.SSH]), me.Username+"@127.0.0.1", "true").Run()
	}
	if login() == nil {
		t.Error("a key that nobody authorized was let in")
	}
	public, err := os.ReadFile(key + ".pub")
	must(t, err)
	must(t, l.Authorize(me.Username, strings.TrimSpace(string(public))))
	if err := login(); err != nil {
		t.Errorf("the key was not let in: %v: %s", err, l.Errors(lab.SSH))
	}
}
