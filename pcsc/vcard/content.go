package vcard

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	idLen         = 16 // bytes of a card's number
	idFile        = "card.id"
	issuersFolder = "issuers"
	keySuffix     = ".key"
	minKeyBits    = 2048
)

// Pair is one key on a card with its certificate. The two need not belong together: a cloned card shows its victim's
// certificate and signs with a key of its own.
type Pair struct {
	Name        string
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

// Content is what lies on a card.
type Content struct {
	ID    [idLen]byte // the card's number
	Pairs []Pair      // in the order in which the card lists them

	Issuers []*x509.Certificate // certificates that the card holds no key for
}

// ContentError says what is wrong with the content of a card.
type ContentError struct {
	Name string // of the pair at fault, or of the folder; may be empty
	Err  error
}

// Error puts the name before what is wrong.
func (e ContentError) Error() string {
	if e.Name == "" {
		return e.Err.Error()
	}
	return e.Name + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e ContentError) Unwrap() error { return e.Err }

// ErrNoPair says that a folder holds no key with a certificate.
var ErrNoPair = errors.New(`no NAME.key with NAME.pem here; "siths-vcard pki DIR" makes a training card`)

// Load reads a card's content from a folder: each NAME.key (PEM) with its NAME.pem, .crt, .cer or .der, in the order
// of names, and the card's number from card.id (32 hexadecimal digits), or made from the certificates when there is
// no such file. Certificates without a key are ignored, but for those in the folder issuers in it, which the card has
// too. It returns a ContentError.
func Load(dir string) (*Content, error) {
	names, err := keyNames(dir)
	if err != nil {
		return nil, ContentError{Name: dir, Err: err}
	}
	content := &Content{}
	for _, name := range names {
		pair, err := loadPair(dir, name)
		if err != nil {
			return nil, ContentError{Name: filepath.Join(dir, name), Err: err}
		}
		content.Pairs = append(content.Pairs, pair)
	}
	if content.Issuers, err = loadIssuers(filepath.Join(dir, issuersFolder)); err != nil {
		return nil, ContentError{Name: filepath.Join(dir, issuersFolder), Err: err}
	}
	if content.ID, err = loadID(dir, content.Pairs); err != nil {
		return nil, ContentError{Name: filepath.Join(dir, idFile), Err: err}
	}
	return content, nil
}

func keyNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no such folder: %w", ErrNoPair)
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, isKey := strings.CutSuffix(e.Name(), keySuffix); isKey && !e.IsDir() {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, ErrNoPair
	}
	return names, nil
}

func loadPair(dir, name string) (Pair, error) {
	key, err := loadKey(filepath.Join(dir, name+keySuffix))
	if err != nil {
		return Pair{}, fmt.Errorf("reading the key: %w", err)
	}
	cert, err := loadCertificate(filepath.Join(dir, name))
	if err != nil {
		return Pair{}, fmt.Errorf("reading the certificate: %w", err)
	}
	return Pair{Name: name, Key: key, Certificate: cert}, nil
}

func loadKey(path string) (*rsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	key, err := parseKey(block)
	if err != nil {
		return nil, err
	}
	if keyBits(key) < minKeyBits {
		return nil, fmt.Errorf("RSA with %d bits; a card's key has at least %d", keyBits(key), minKeyBits)
	}
	return key, nil
}

// parseKey takes PKCS #8 (RFC 5208) and PKCS #1 (RFC 8017) private keys.
func parseKey(block *pem.Block) (*rsa.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if rsaKey, ok := key.(*rsa.PrivateKey); ok {
			return rsaKey, nil
		}
		return nil, fmt.Errorf("%T is no RSA key", key)
	}
	return nil, fmt.Errorf("%q is no private key in PKCS #8 or PKCS #1, without a password", block.Type)
}

// loadIssuers reads every certificate of a folder, in the order of names. A folder that is not there holds none.
func loadIssuers(dir string) ([]*x509.Certificate, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var issuers []*x509.Certificate
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		issuer, err := parseCertificate(raw)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", e.Name(), err)
		}
		issuers = append(issuers, issuer)
	}
	return issuers, nil
}

func loadCertificate(stem string) (*x509.Certificate, error) {
	for _, suffix := range []string{".pem", ".crt", ".cer", ".der"} {
		raw, err := os.ReadFile(stem + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return parseCertificate(raw)
	}
	return nil, errors.New("there is no .pem, .crt, .cer or .der of this name")
}

// parseCertificate takes DER, or the first certificate of a PEM file.
func parseCertificate(raw []byte) (*x509.Certificate, error) {
	for rest := raw; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return x509.ParseCertificate(raw)
		}
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
}

func loadID(dir string, pairs []Pair) ([idLen]byte, error) {
	var id [idLen]byte
	text, err := os.ReadFile(filepath.Join(dir, idFile))
	if errors.Is(err, fs.ErrNotExist) {
		return idOf(pairs), nil
	}
	if err != nil {
		return id, err
	}
	number, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || copy(id[:], number) != idLen || len(number) != idLen {
		return id, fmt.Errorf("a card's number is %d hexadecimal digits", 2*idLen)
	}
	return id, nil
}

// idOf makes a card's number from its certificates, so that the same card always has the same one.
func idOf(pairs []Pair) [idLen]byte {
	h := sha256.New()
	for _, pair := range pairs {
		h.Write(pair.Certificate.Raw)
	}
	return [idLen]byte(h.Sum(nil))
}
