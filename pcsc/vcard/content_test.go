package vcard

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/internal/testpki"
)

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("PRIVATE KEY", der)
}

func TestPairsComeInTheOrderOfTheirNames(t *testing.T) {
	content, err := Load(cardDir(t, testpki.Person{Personnummer: "191212121212"}))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, pair := range content.Pairs {
		names = append(names, pair.Name)
	}
	if got := strings.Join(names, " "); got != "auth pid-auth pid-sign sign" {
		t.Errorf("got %s", got)
	}
}

func TestKeysAndCertificatesAreReadInEveryForm(t *testing.T) {
	auth := issue(t, testpki.Person{}).Auth
	der := auth.Cert.Raw
	certPEM := pemOf("CERTIFICATE", der)
	keyForms := map[string][]byte{
		"PKCS #8": pkcs8(t, auth.Key),
		"PKCS #1": pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(auth.Key)),
	}
	certForms := map[string]struct {
		suffix string
		bytes  []byte
	}{
		"PEM":                   {".pem", certPEM},
		"PEM in .crt":           {".crt", certPEM},
		"DER in .cer":           {".cer", der},
		"DER in .der":           {".der", der},
		"PEM behind other text": {".pem", append(pemOf("COMMENT", []byte("x")), certPEM...)},
	}
	for keyForm, key := range keyForms {
		for certForm, cert := range certForms {
			t.Run(keyForm+" and "+certForm, func(t *testing.T) {
				dir := t.TempDir()
				write(t, filepath.Join(dir, "auth.key"), key)
				write(t, filepath.Join(dir, "auth"+cert.suffix), cert.bytes)
				content, err := Load(dir)
				if err != nil {
					t.Fatal(err)
				}
				if len(content.Pairs) != 1 || !content.Pairs[0].Key.Equal(auth.Key) || !content.Pairs[0].Certificate.Equal(auth.Cert) {
					t.Errorf("got %+v", content.Pairs)
				}
			})
		}
	}
}

func TestCertificatesWithoutAKeyAreIgnored(t *testing.T) {
	dir := cardDir(t, testpki.Person{SignOnly: true})
	pki, err := trainingPKI()
	if err != nil {
		t.Fatal(err)
	}
	if err := pki.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	content, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(content.Pairs) != 1 || content.Pairs[0].Name != "sign" {
		t.Errorf("got %+v", content.Pairs)
	}
}

func TestACloneKeepsItsVictimsCertificateAndItsOwnKey(t *testing.T) {
	victim := issue(t, testpki.Person{})
	clone, err := victim.CloneWithOtherKey()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := clone.Write(dir); err != nil {
		t.Fatal(err)
	}
	content, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if auth := content.Pairs[0]; !auth.Certificate.Equal(victim.Auth.Cert) || auth.Key.Equal(victim.Auth.Key) {
		t.Error("the clone's pair is not the victim's certificate with another key")
	}
}

func TestAFolderWithoutAPairSaysWhatToDo(t *testing.T) {
	for name, dir := range map[string]string{
		"empty":   t.TempDir(),
		"missing": filepath.Join(t.TempDir(), "missing"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(dir)
			if !errors.Is(err, ErrNoPair) || !strings.Contains(err.Error(), "siths-vcard pki DIR") || !strings.Contains(err.Error(), dir) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAPairThatACardCannotHoldIsRefused(t *testing.T) {
	pair := issue(t, testpki.Person{}).Auth
	cert := pemOf("CERTIFICATE", pair.Cert.Raw)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		key, cert []byte
		want      string
	}{
		"a key of 1024 bits":       {pkcs8(t, short), cert, "1024 bits"},
		"a key on a curve":         {pkcs8(t, curve), cert, "no RSA key"},
		"a key that is not PEM":    {[]byte("key"), cert, "not PEM"},
		"a key behind a password":  {pemOf("ENCRYPTED PRIVATE KEY", []byte{1}), cert, "without a password"},
		"a broken key in PKCS #8":  {pemOf("PRIVATE KEY", []byte{1}), cert, "reading the key"},
		"a broken key in PKCS #1":  {pemOf("RSA PRIVATE KEY", []byte{1}), cert, "reading the key"},
		"no certificate":           {pkcs8(t, pair.Key), nil, "there is no .pem"},
		"a broken certificate":     {pkcs8(t, pair.Key), pemOf("CERTIFICATE", []byte{1}), "reading the certificate"},
		"a certificate of no form": {pkcs8(t, pair.Key), []byte("certificate"), "reading the certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "auth.key"), tc.key)
			if tc.cert != nil {
				write(t, filepath.Join(dir, "auth.pem"), tc.cert)
			}
			_, err := Load(dir)
			if !errors.As(err, new(ContentError)) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "auth") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheCardsNumberIsReadFromItsFile(t *testing.T) {
	dir := cardDir(t, testpki.Person{})
	write(t, filepath.Join(dir, idFile), []byte("00112233445566778899aabbccddeeff\n"))
	content, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(content.ID[:]); got != "00112233445566778899aabbccddeeff" {
		t.Errorf("got %s", got)
	}
}

func TestACardsNumberOfWrongFormIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "short": "00112233", "no digits": strings.Repeat("xy", 16), "long": strings.Repeat("00", 17),
	} {
		t.Run(name, func(t *testing.T) {
			dir := cardDir(t, testpki.Person{})
			write(t, filepath.Join(dir, idFile), []byte(text))
			if _, err := Load(dir); !errors.As(err, new(ContentError)) || !strings.Contains(err.Error(), "32 hexadecimal digits") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestACardWithoutANumberGetsALastingOne(t *testing.T) {
	dir := cardDir(t, testpki.Person{})
	first, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.ID != again.ID {
		t.Error("the same folder gave two numbers")
	}
	if other := trainingContent(t); bytes.Equal(other.ID[:], first.ID[:]) {
		t.Error("two cards have the same number")
	}
}

// FuzzCertificateFile gives the certificate reader whatever bytes; what it accepts it must have parsed.
func FuzzCertificateFile(f *testing.F) {
	der := issue(f, testpki.Person{}).Auth.Cert.Raw
	f.Add(der)
	f.Add(pemOf("CERTIFICATE", der))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		cert, err := parseCertificate(raw)
		if (cert == nil) == (err == nil) {
			t.Errorf("got %v with %v", cert, err)
		}
	})
}
