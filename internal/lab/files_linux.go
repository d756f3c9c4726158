package lab

import (
	"crypto/x509"
	"embed"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"siths-agent/internal/testpki"
)

//go:embed conf
var confs embed.FS

// writeConf fills in one of the configuration files in conf and writes it to the lab's folder, under a name of its own if
// as is given.
func (l *Lab) writeConf(name string, as ...string) error {
	text, err := confs.ReadFile("conf/" + name)
	if err != nil {
		return err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, l.words()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	file := l.Path(append(as, name)...)
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(b.String()), 0o644))
}

// words are what the configuration files can say.
func (l *Lab) words() map[string]any {
	return map[string]any{
		"Dir": l.Dir, "Realm": Realm, "ADRealm": ADRealm, "KDCHost": KDCHost, "ADHost": ADHost, "App": App, "Indicator": Indicator,
		"KDC": l.Ports[KDC], "Web": l.Ports[Web], "Strict": l.Ports[Strict], "SPNEGO": l.Ports[SPNEGO], "AD": l.Ports[AD], "SSH": l.Ports[SSH],
		"Nginx": l.Ports[Nginx], "HAProxy": l.Ports[HAProxy],
	}
}

// writeTrust writes the authorities: pki/root.pem, pki/issuers.pem with those of people, pki/chain.pem with both of these,
// and pki/pool.pem with all that are not the root.
func (l *Lab) writeTrust() error {
	pki := l.opts.PKI
	servers, err := pki.ServerCA()
	if err != nil {
		return err
	}
	root := []*x509.Certificate{pki.CA(testpki.Root).Cert}
	issuers := []*x509.Certificate{pki.CA(testpki.PersonHSA3).Cert, pki.CA(testpki.PersonHSA2).Cert}
	return errors.Join(os.MkdirAll(l.Path("pki"), 0o755),
		writeCerts(l.Path("pki", "root.pem"), root...),
		writeCerts(l.Path("pki", "issuers.pem"), issuers...),
		writeCerts(l.Path("pki", "chain.pem"), append(root, issuers...)...),
		writeCerts(l.Path("pki", "pool.pem"), append(issuers, servers.Cert)...),
	)
}

// writeRevoked writes the issuers' revocation lists of this moment: one file in PEM, which is whole at any time, since a
// server may be reading it while another one is started.
func (l *Lab) writeRevoked() error {
	var all []byte
	for _, id := range []testpki.CAID{testpki.PersonHSA3, testpki.PersonHSA2} {
		der, err := l.opts.PKI.CRL(id, testpki.CRL{})
		if err != nil {
			return err
		}
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})...)
	}
	file, next := l.Path("pki", "revoked.pem"), l.Path("pki", "revoked.new")
	return errors.Join(os.WriteFile(next, all, 0o644), os.Rename(next, file))
}

// writeServer writes a server's certificate with its issuer, and its key: dir/server.pem and dir/server.key.
func (l *Lab) writeServer(dir string, s testpki.Server) error {
	pair, err := l.opts.PKI.IssueServer(s)
	if err != nil {
		return err
	}
	issuer, err := l.opts.PKI.ServerCA()
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.Key)
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(l.Path(dir), 0o755),
		writeCerts(l.Path(dir, "server.pem"), pair.Cert, issuer.Cert),
		os.WriteFile(l.Path(dir, "server.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600),
	)
}

func writeCerts(file string, certs ...*x509.Certificate) error {
	var all []byte
	for _, c := range certs {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return os.WriteFile(file, all, 0o644)
}

// nameHosts makes the lab's names known in a world of its own. The machine's own file is never touched.
func (l *Lab) nameHosts() error {
	if len(l.opts.Enter) == 0 {
		return nil
	}
	hosts := "127.0.0.1 localhost\n"
	for _, name := range []string{KDCHost, App, ADHost} { // a line each: others on a line are aliases of its first (hosts(5))
		hosts += "127.0.0.1 " + name + "\n"
	}
	if err := os.WriteFile(l.Path("hosts"), []byte(hosts), 0o644); err != nil {
		return err
	}
	return l.do(nil, "", "mount", "--bind", l.Path("hosts"), "/etc/hosts")
}
