package main

import (
	"context"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"siths-agent/internal/stack"
)

// peer is another PAM module for smart cards, as Debian has it.
type peer struct {
	Name    string // its column
	Package string
	Service string // its PAM service in the lab
}

func pamPKCS11() peer { return peer{"pam_pkcs11", "libpam-pkcs11", "peer-pkcs11"} }
func pamP11() peer    { return peer{"pam_p11", "libpam-p11", "peer-p11"} }
func peers() []peer   { return []peer{pamPKCS11(), pamP11()} }

// peerNotes say what the peers check, because less checking is less work.
func peerNotes() []string {
	return []string{
		"pam_pkcs11 is set to verify chain and signature (cert_policy = ca, signature), no CRL, and maps by the certificate's SHA-1 digest.",
		"pam_p11 verifies a signature and that the certificate is in ~/.eid/authorized_certificates; it checks no chain.",
		"ours verifies chain, usage, policy, level and signature (revocation off, as at the peers), and syncs an audit row before it answers.",
		"All three run in pamtester on the same virtual card, reader service and opensc-pkcs11.so.",
	}
}

// opensc is the module that everybody loads.
const opensc = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"

// pamPKCS11Conf is pam_pkcs11.conf(5): mapper folder excepted, the shipped example cut down to what is used here.
const pamPKCS11Conf = `pam_pkcs11 {
  nullok = false;
  debug = false;
  use_pkcs11_module = opensc;
  pkcs11_module opensc {
    module = %s;
    description = "OpenSC";
    slot_num = 0;
    support_threads = false;
    ca_dir = %s;
    crl_dir = %s;
    cert_policy = ca, signature;
    token_type = "Smart card";
  }
  use_mappers = digest;
  mapper digest {
    module = internal;
    algorithm = "sha1";
    mapfile = file://%s;
  }
}
`

// preparePeers lays out what the peers need to let the person in with the card.
func (w *world) preparePeers(ctx context.Context) error {
	der, err := readCertificate(filepath.Join(w.pki, "auth.pem"))
	if err != nil {
		return fmt.Errorf("reading the card's certificate: %w", err)
	}
	if err := w.preparePKCS11(ctx, der); err != nil {
		return fmt.Errorf("preparing pam_pkcs11: %w", err)
	}
	if err := w.prepareP11(der); err != nil {
		return fmt.Errorf("preparing pam_p11: %w", err)
	}
	return nil
}

func (w *world) preparePKCS11(ctx context.Context, der []byte) error {
	ca, digests, conf := w.lab.Path("peer-ca"), w.lab.Path("peer-digests"), w.lab.Path("peer-pkcs11.conf")
	if err := os.CopyFS(ca, os.DirFS(w.trust)); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "openssl", "rehash", ca).CombinedOutput(); err != nil {
		return fmt.Errorf("openssl rehash: %w: %s", err, out)
	}
	files := map[string]string{
		digests: digestOf(der) + " -> " + person + "\n",
		conf:    fmt.Sprintf(pamPKCS11Conf, opensc, ca, ca, digests),
	}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return w.lab.PAM(pamPKCS11().Service, "auth required pam_pkcs11.so config_file="+conf)
}

// digestOf is a certificate's SHA-1 as pam_pkcs11's digest mapper writes it.
func digestOf(der []byte) string {
	var parts []string
	for _, b := range sha1.Sum(der) {
		parts = append(parts, fmt.Sprintf("%02X", b))
	}
	return strings.Join(parts, ":")
}

func (w *world) prepareP11(der []byte) error {
	file := filepath.Join(w.lab.Home(person), ".eid", "authorized_certificates")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return err
	}
	return w.lab.PAM(pamP11().Service, "auth required pam_p11.so "+opensc)
}

func readCertificate(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is not PEM", path)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	return cert.Raw, nil
}

// unlockPeers lets each peer unlock so many times. Our service must not run: it holds the card.
func (w *world) unlockPeers(ctx context.Context, card *stack.Card, rounds int) (map[string]unlockings, error) {
	all := map[string]unlockings{}
	for _, p := range peers() {
		for range rounds {
			u, err := w.unlockByPAM(ctx, card, p.Service)
			if err != nil {
				return nil, err
			}
			all[p.Name] = append(all[p.Name], u)
		}
	}
	return all, nil
}

// columns are the peers' columns of one figure: what is measured, and which number stands for the sample.
func columns(all map[string]unlockings, of func(unlockings) sample, which func(sample) float64) map[string]number {
	out := map[string]number{}
	for name, u := range all {
		out[name] = number(which(of(u)))
	}
	return out
}
