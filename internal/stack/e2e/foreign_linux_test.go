package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

const (
	openssl   = "/usr/bin/openssl"
	foreignID = "SE2120000142-Q9x7"

	foreignPolicy = `
[[trust.policy]]
oid = "1.3.6.1.4.1.99999.7.3"
loa = 3
identity = "hsa"
carrier = "card"
`
	foreignSystem = "title = \"Ånges ärenden\"\nkind = \"tls\"\n[caller]\nexe = [%q]\n[tls]\norigins = [\"https://127.0.0.1:%d\"]\n"
)

// foreign is an authority that has nothing in common with the tests' own: made by openssl, with other names, sizes of keys,
// orders of names, serial numbers and policies.
type foreign struct {
	*world
	dir string
}

// issue has openssl make a key of so many bits and a certificate NAME.pem of the subject with these extensions, by an issuer
// of the same folder, or by itself where by is empty.
func (f foreign) issue(name string, bits int, by, serial, subject string, extensions ...string) {
	f.t.Helper()
	in := func(suffix string) string { return filepath.Join(f.dir, name+suffix) }
	f.Must(errors.Join(os.MkdirAll(filepath.Dir(in("")), 0o755), os.WriteFile(in(".ext"), []byte(strings.Join(extensions, "\n")+"\n"), 0o644)))
	f.run(openssl, "req", "-new", "-newkey", fmt.Sprintf("rsa:%d", bits), "-nodes", "-utf8", "-subj", subject, "-keyout", in(".key"), "-out", in(".csr"))
	signer := []string{"-signkey", in(".key")}
	if by != "" {
		issuer := filepath.Join(f.dir, by)
		signer = []string{"-CA", issuer + ".pem", "-CAkey", issuer + ".key"}
	}
	f.run(openssl, append([]string{"x509", "-req", "-sha384", "-days", "400", "-set_serial", serial, "-in", in(".csr"),
		"-extfile", in(".ext"), "-out", in(".pem")}, signer...)...)
}

// newForeign makes the authority, a card of hers in the folder "card", and a web server's certificate.
func newForeign(w *world) foreign {
	w.t.Helper()
	f := foreign{world: w, dir: w.Path("foreign")}
	f.issue("trust/root", 3072, "", "0x4f", "/DC=se/DC=norr/O=Norr AB/CN=TEST Norr Root G7",
		"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash")
	f.issue("trust/people", 2048, "trust/root", "0x4f01", "/C=SE/O=Norr AB/OU=Utfärdare/CN=TEST Norr Personer 2",
		"basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign,cRLSign", "certificatePolicies=2.5.29.32.0",
		"subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid")
	holder := "/serialNumber=" + foreignID + "/GN=Åsa-Karin/SN=Öberg Sjöström/CN=Åsa-Karin Öberg Sjöström/O=Ånge kommun/C=SE"
	leaf := []string{"authorityKeyIdentifier=keyid", "certificatePolicies=1.3.6.1.4.1.99999.7.3"}
	f.issue("card/auth", 2048, "trust/people", "0xa1b2c3d4e5f60718293a4b5c6d7e8f", holder,
		append(leaf, "keyUsage=critical,digitalSignature,keyEncipherment", "extendedKeyUsage=clientAuth")...)
	f.issue("card/sign", 2048, "trust/people", "0xa1b2c3d4e5f60718293a4b5c6d7e90", holder, append(leaf, "keyUsage=critical,nonRepudiation")...)
	f.issue("web", 2048, "trust/root", "0x5f", "/CN=web", "subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth")
	for _, spare := range []string{"root.key", "root.csr", "root.ext", "people.key", "people.csr", "people.ext"} {
		f.Must(os.Remove(filepath.Join(f.dir, "trust", spare)))
	}
	return f
}

// web starts a server that lets no one in without a card of the authority's, and returns when it listens.
func (f foreign) web(port int, options ...string) {
	f.t.Helper()
	server := f.Start(stack.Cmd{Path: openssl, Args: append([]string{"s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-www", "-quiet",
		"-cert", filepath.Join(f.dir, "web.pem"), "-key", filepath.Join(f.dir, "web.key"), "-CAfile", filepath.Join(f.dir, "trust", "root.pem"),
		"-Verify", "3", "-verify_return_error"}, options...)})
	listening := fmt.Sprintf("0100007F:%04X 00000000:0000 0A", port) // /proc/net/tcp: local and remote address, state TCP_LISTEN
	f.AwaitThat("the web server", func() bool {
		return strings.Contains(workplace.ReadIfThere(workplace.ProcFile(server.PID, "net/tcp")), listening)
	})
}

func TestACardOfAnotherAuthorityGoesAllTheWay(t *testing.T) {
	const resumes, asks = 44300, 44301
	w := openWithoutAgent(t, plan{})
	f := newForeign(w)
	program, err := w.Program("sithsctl")
	w.Must(err)
	w.Serve(stack.AgentOptions{Policy: foreignPolicy, Anchors: []string{filepath.Join(f.dir, "trust")}, Accounts: map[string]string{foreignID: "anna"},
		Systems: map[string]string{"cases.toml": fmt.Sprintf(foreignSystem, program, resumes)}})
	card := w.InsertDir(filepath.Join(f.dir, "card"))
	s := w.AwaitPhase(apitype.NeedPIN)
	if h := s.Holder; h == nil || h.Name != "Åsa-Karin Öberg Sjöström" || h.HSAID != foreignID || h.Account != "anna" || h.Org != "Ånge kommun" {
		t.Fatalf("the holder is %+v", s.Holder)
	}
	w.Unlock()
	f.web(resumes)
	f.web(asks, "-no_ticket", "-num_tickets", "0", "-no_cache")
	ca := filepath.Join(f.dir, "trust", "root.pem")
	if out := w.sso("anna", 1, "check", fmt.Sprintf("https://127.0.0.1:%d/", resumes), "--run", f.runFolder(), "--ca", ca); !strings.Contains(out, "[resumes]") {
		t.Errorf("of a server that resumes: %s", out)
	}
	if out := w.sso("anna", 0, "check", fmt.Sprintf("https://127.0.0.1:%d/", asks), "--run", f.runFolder(), "--ca", ca); strings.Count(out, "with 1 signature(s) by the card") != 2 {
		t.Errorf("of a server that asks for the card each time: %s", out)
	}
	row := f.wantRow(audit.SSOReleased, "")
	if row.Exe != program || row.HSAID != foreignID || row.CertIssuer != "CN=TEST Norr Personer 2,OU=Utfärdare,O=Norr AB,C=SE" {
		t.Errorf("the row says %+v", row.Row)
	}
	if n := w.Stat(card); n.Verify != 1 {
		t.Errorf("the PIN was checked %d times", n.Verify)
	}
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	w.sso("anna", 5, "check", fmt.Sprintf("https://127.0.0.1:%d/", asks), "--run", f.runFolder(), "--ca", ca)
}

// runFolder is where the service's sockets are.
func (f foreign) runFolder() string { return filepath.Dir(f.Service.Socket()) }
