package testpki

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
)

// Keep writes the authorities with their keys into dir, for Load in another process. It makes dir if it is not there.
func (p *PKI) Keep(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keeping a PKI: %w", err)
	}
	for _, id := range IDs() {
		pair := Pair{Name: p.fileName(id), Cert: p.cas[id].Cert, Key: p.cas[id].Key}
		if err := pair.write(dir); err != nil {
			return fmt.Errorf("keeping a PKI: %w", err)
		}
	}
	return nil
}

// Load reads the authorities that Keep has written, of a PKI with the same hierarchy. It has revoked nothing.
func Load(dir string, opts Options) (*PKI, error) {
	p := &PKI{opts: opts.withDefaults(), cas: map[CAID]*CA{}, revoked: map[CAID][]*big.Int{}}
	for _, id := range IDs() {
		cert, err := firstBlock(filepath.Join(dir, p.fileName(id)+".pem"))
		if err != nil {
			return nil, fmt.Errorf("loading a PKI: %w", err)
		}
		key, err := firstBlock(filepath.Join(dir, p.fileName(id)+".key"))
		if err != nil {
			return nil, fmt.Errorf("loading a PKI: %w", err)
		}
		if p.cas[id], err = parseCA(id, cert, key); err != nil {
			return nil, fmt.Errorf("loading %s: %w", id, err)
		}
	}
	return p, nil
}

func parseCA(id CAID, certDER, keyDER []byte) (*CA, error) {
	cert, err := x509.ParseCertificate(certDER)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(keyDER)
	if err != nil {
		return nil, err
	}
	ours, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a key of type %T", key)
	}
	return &CA{ID: id, Cert: cert, Key: ours}, nil
}

func firstBlock(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM", file)
	}
	return block.Bytes, nil
}
