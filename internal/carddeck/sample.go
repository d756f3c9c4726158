package carddeck

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"siths-agent/internal/testpki"
)

// cardBits is the length of key that a virtual card takes and that OpenSC 0.23, which is Debian 12's, signs with on it.
const cardBits = 2048

// Sample returns n of these deals that a virtual card can be: first each card that is refused for what its only HSA-id
// pair is, then others at even distances.
func Sample(deals []Deal, n int) []Deal {
	var sample, others []Deal
	for _, deal := range deals {
		switch {
		case !fits(deal):
		case deal.alone && deal.Want.Code != accepted && len(sample) < n:
			sample = append(sample, deal)
		default:
			others = append(others, deal)
		}
	}
	step := max(1, len(others)/max(1, n-len(sample)))
	for i := step / 2; i < len(others) && len(sample) < n; i += step {
		sample = append(sample, others[i])
	}
	return sample
}

// fits says whether a virtual card can be that card: its keys have one length, and all of it can be read.
func fits(deal Deal) bool {
	for _, pair := range deal.Pairs {
		if _, err := x509.ParseCertificate(pair.Cert.Raw); err != nil || pair.Key.N.BitLen() != cardBits {
			return false
		}
	}
	return !deal.spoiled
}

// Write writes the card into dir in the form that siths-vcard takes: its pairs, and in the folder issuers the
// certificates without keys.
func (d Deal) Write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "issuers"), 0o755); err != nil {
		return fmt.Errorf("writing a card: %w", err)
	}
	for i, pair := range d.Pairs {
		if err := writePair(filepath.Join(dir, fmt.Sprintf("%02d-%s", i, pair.Name)), pair); err != nil {
			return fmt.Errorf("writing a card: %w", err)
		}
	}
	for i, der := range d.Alone {
		if err := writePEM(filepath.Join(dir, "issuers", fmt.Sprintf("%02d.pem", i)), "CERTIFICATE", der, 0o644); err != nil {
			return fmt.Errorf("writing a card: %w", err)
		}
	}
	return nil
}

func writePair(base string, pair *testpki.Pair) error {
	key, err := x509.MarshalPKCS8PrivateKey(pair.Key)
	if err != nil {
		return err
	}
	if err := writePEM(base+".key", "PRIVATE KEY", key, 0o600); err != nil {
		return err
	}
	return writePEM(base+".pem", "CERTIFICATE", pair.Cert.Raw, 0o644)
}

func writePEM(file, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
