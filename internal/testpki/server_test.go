package testpki_test

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"testing"

	"siths-agent/internal/testpki"
)

func TestAServersCertificateIsTrustedForItsNamesAndItsAddress(t *testing.T) {
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := pki.IssueServer(testpki.Server{Names: []string{"app.lab.test", "idp.lab.test"}})
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := pki.ServerCA()
	if err != nil {
		t.Fatal(err)
	}
	roots, issuers := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(pki.CA(testpki.Root).Cert)
	issuers.AddCert(issuer.Cert)
	for _, name := range []string{"app.lab.test", "idp.lab.test", "127.0.0.1"} {
		if _, err := pair.Cert.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: issuers}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The name as RFC 4556, 3.2.4, wants it, by hand: krbtgt/LAB@LAB of the type NT-SRV-INST.
func TestAKDCsCertificateSaysWhoseTicketsItGrants(t *testing.T) {
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := pki.IssueServer(testpki.Server{Names: []string{"kdc.lab.test"}, Realm: "LAB"})
	if err != nil {
		t.Fatal(err)
	}
	name := "\xa0\x23\x30\x21" + "\xa0\x05\x1b\x03LAB" + "\xa1\x18\x30\x16" + "\xa0\x03\x02\x01\x02" + "\xa1\x0f\x30\x0d" + "\x1b\x06krbtgt" + "\x1b\x03LAB"
	if !bytes.Contains(pair.Cert.Raw, []byte("\x06\x06\x2b\x06\x01\x05\x02\x02"+name)) {
		t.Errorf("the certificate does not name the realm's ticket granter: %x", pair.Cert.Raw)
	}
	if !slices.ContainsFunc(pair.Cert.UnknownExtKeyUsage, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 2, 3, 5}.Equal) {
		t.Errorf("the certificate is not for a KDC but for %v", pair.Cert.UnknownExtKeyUsage)
	}
	if err := pair.Cert.VerifyHostname("kdc.lab.test"); err != nil {
		t.Error(err)
	}
}
