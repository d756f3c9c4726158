package testpki

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

// issueCA makes one authority. The root must have been made before the others.
func (p *PKI) issueCA(id CAID, key *rsa.PrivateKey) (*CA, error) {
	template, err := p.caTemplate(id, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	parent, parentKey := template, key
	if id != Root {
		parent, parentKey = p.cas[Root].Cert, p.cas[Root].Key
	}
	cert, err := sign(template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, err
	}
	return &CA{ID: id, Cert: cert, Key: key}, nil
}

func (p *PKI) caTemplate(id CAID, key *rsa.PublicKey) (*x509.Certificate, error) {
	name, err := caSubject(p.opts.Hierarchy.commonName(id))
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber(p.now())
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		RawSubject:            name,
		NotBefore:             p.now().AddDate(-7, 0, 0),
		NotAfter:              p.now().AddDate(20, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		SubjectKeyId:          keyID(key),
		SignatureAlgorithm:    x509.SHA512WithRSA,
	}
	if id == Root {
		template.SignatureAlgorithm = x509.SHA256WithRSA // as the real root
		template.AuthorityKeyId = template.SubjectKeyId
		return template, nil
	}
	return template, p.addIssuingCAParts(template)
}

func (p *PKI) addIssuingCAParts(template *x509.Certificate) error {
	policies, err := policiesExtension(anyPolicy)
	if err != nil {
		return err
	}
	template.MaxPathLenZero = true
	template.ExtraExtensions = []pkix.Extension{policies}
	p.addAddresses(template, Root)
	return nil
}

// addAddresses writes where the issuer's CRL, certificate and OCSP answers are.
func (p *PKI) addAddresses(template *x509.Certificate, issuer CAID) {
	file := slug(p.opts.Hierarchy.commonName(issuer))
	template.CRLDistributionPoints = []string{p.opts.BaseURL + "/crl/" + file + ".crl"}
	template.OCSPServer = []string{p.opts.BaseURL + "/ocsp"}
	template.IssuingCertificateURL = []string{p.opts.BaseURL + "/aia/" + file + ".cer"}
}

func sign(template, parent *x509.Certificate, key *rsa.PublicKey, parentKey *rsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, parentKey)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// keyID is the first 20 bytes of the key's SHA-256 (RFC 7093, 2, method 1).
func keyID(key *rsa.PublicKey) []byte {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(key))
	return sum[:20]
}

// serialNumber is 15 bytes as in SITHS certificates of 2019 to 2022: six bytes of milliseconds, nine random.
func serialNumber(now time.Time) (*big.Int, error) {
	tail := make([]byte, 9)
	if _, err := rand.Read(tail); err != nil {
		return nil, err
	}
	serial := big.NewInt(now.UnixMilli())
	serial.Lsh(serial, 8*uint(len(tail)))
	return serial.Or(serial, new(big.Int).SetBytes(tail)), nil
}
