package vcard

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// sanCount is how many names a certificate gets that has too many.
const sanCount = 10_000

// manyNames signs the certificate of a pair with its own key, with sanCount names that are as short as can be.
func manyNames(pair Pair) ([]byte, error) {
	template := selfIssued(pair)
	for i := range sanCount {
		template.DNSNames = append(template.DNSNames, fmt.Sprintf("%04x", i))
	}
	return x509.CreateCertificate(rand.Reader, template, template, &pair.Key.PublicKey, pair.Key)
}

// longestCertificate is one with an extension that fills it up to what a card holds.
func longestCertificate(pair Pair) ([]byte, error) {
	filled := func(n int) ([]byte, error) {
		template := selfIssued(pair)
		// 2.25 is the arc of numbers without an owner (ITU-T X.667): nobody knows this extension.
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 25, 1}, Value: make([]byte, n)}}
		return x509.CreateCertificate(rand.Reader, template, template, &pair.Key.PublicKey, pair.Key)
	}
	const start = maxFileLen / 2 // with it all lengths in the certificate have the form that they will have
	der, err := filled(start)
	if err != nil {
		return nil, err
	}
	return filled(start + maxFileLen - len(der))
}

// selfIssued is the certificate of a pair as a template, without its extensions.
func selfIssued(pair Pair) *x509.Certificate {
	c := pair.Certificate
	return &x509.Certificate{SerialNumber: c.SerialNumber, Subject: c.Subject, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		KeyUsage: c.KeyUsage, SignatureAlgorithm: x509.SHA256WithRSA}
}
