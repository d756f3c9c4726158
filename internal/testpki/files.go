package testpki

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

// Write puts the card into dir as NAME.key (PKCS#8, mode 0600) and NAME.pem, with the certificates of issuers in the
// folder issuers: the form that siths-vcard takes. It makes dir if it is not there.
func (c *Card) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing a card: %w", err)
	}
	for _, pair := range c.Pairs() {
		if err := pair.write(dir); err != nil {
			return fmt.Errorf("writing a card: %w", err)
		}
	}
	if len(c.Issuers) == 0 {
		return nil
	}
	return writeIssuers(filepath.Join(dir, "issuers"), c.Issuers)
}

func writeIssuers(dir string, issuers []*CA) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the issuers on a card: %w", err)
	}
	for i, issuer := range issuers {
		if err := writePEM(filepath.Join(dir, fmt.Sprintf("%02d.pem", i)), "CERTIFICATE", issuer.Cert.Raw, 0o644); err != nil {
			return fmt.Errorf("writing the issuers on a card: %w", err)
		}
	}
	return nil
}

func (pair *Pair) write(dir string) error {
	der, err := x509.MarshalPKCS8PrivateKey(pair.Key)
	if err != nil {
		return err
	}
	base := filepath.Join(dir, pair.Name)
	if err := writePEM(base+".key", "PRIVATE KEY", der, 0o600); err != nil {
		return err
	}
	return writePEM(base+".pem", "CERTIFICATE", pair.Cert.Raw, 0o644)
}

// WriteTrust puts the root and the issuing authorities into dir, one .pem file each: what an agent's trust
// folder holds. It makes dir if it is not there.
func (p *PKI) WriteTrust(dir string) error {
	return p.WriteTrustOf(dir, IDs()...)
}

// WriteTrustOf is WriteTrust for some of the authorities.
func (p *PKI) WriteTrustOf(dir string, ids ...CAID) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing trust anchors: %w", err)
	}
	for _, id := range ids {
		file := filepath.Join(dir, p.fileName(id)+".pem")
		if err := writePEM(file, "CERTIFICATE", p.cas[id].Cert.Raw, 0o644); err != nil {
			return fmt.Errorf("writing trust anchors: %w", err)
		}
	}
	return nil
}

// WriteCRL puts an authority's revocation list into dir as a DER file and returns the file's path. Lists of
// the same authority overwrite each other.
func (p *PKI) WriteCRL(dir string, id CAID, shape CRL) (string, error) {
	der, err := p.CRL(id, shape)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, p.fileName(id)+".crl")
	if err := os.WriteFile(file, der, 0o644); err != nil {
		return "", fmt.Errorf("writing a CRL: %w", err)
	}
	return file, nil
}

func (p *PKI) fileName(id CAID) string { return slug(p.opts.Hierarchy.commonName(id)) }

func writePEM(file, kind string, der []byte, mode os.FileMode) error {
	data := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return os.WriteFile(file, data, mode)
}
