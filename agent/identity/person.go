package identity

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/pcsc/siths"
)

// Person is a card's holder. It is proved only once VerifySignature has accepted a fresh signature.
type Person struct {
	Name    string
	HSAID   string
	Org     string
	UPN     string // of the certificate; empty: none, or more than one
	Account string // the local account
	UID     uint32 // of Account, where HasUID
	HasUID  bool   // false on systems whose accounts have no number
	Shared  bool   // others use Account too

	LoA        int
	PolicyOID  string
	Carrier    siths.Carrier
	CardNumber string // masked but for the last four digits

	Serial     string // the certificate's, hex
	Issuer     string // the certificate's, RFC 2253
	NotBefore  time.Time
	NotAfter   time.Time
	Revocation apitype.Revocation

	Certificate *x509.Certificate
	Issuers     [][]byte       // of the chain, from the issuing authority upwards, DER, without the root
	CertIndex   int            // the certificate's place in the list given to Identify
	Warnings    []apitype.Code // what does not refuse the card but should be told
}

func newPerson(cert siths.Certificate) Person {
	return Person{
		Name:        cert.Name,
		HSAID:       cert.HSAID,
		Org:         cert.Org,
		UPN:         cert.UPN,
		LoA:         cert.Rule.LoA,
		PolicyOID:   cert.PolicyOID,
		Carrier:     cert.Rule.Carrier,
		CardNumber:  cert.CardNumber,
		Serial:      hex.EncodeToString(cert.X509.SerialNumber.Bytes()),
		Issuer:      cert.X509.Issuer.String(),
		NotBefore:   cert.X509.NotBefore,
		NotAfter:    cert.X509.NotAfter,
		Certificate: cert.X509,
		CertIndex:   cert.Index,
	}
}

// as gives the person an account, and the warnings of the day.
func (p Person) as(account Account, now time.Time) Person {
	p.Account, p.UID, p.HasUID = account.Name, account.UID, account.HasUID
	if p.NotAfter.Sub(now) <= expiresSoon {
		p.Warnings = append(p.Warnings, apitype.CertExpiresSoon)
	}
	return p
}

var errNotThePersonsKey = errors.New("the signature is not by the key of the certificate")

// VerifySignature checks that the card's key, and no other, has signed message: RSASSA-PKCS1-v1_5 with SHA-256
// (RFC 8017, 8.2). Anything else is a *Refusal with cert.key-mismatch.
func (p Person) VerifySignature(message, sig []byte) error {
	if p.Certificate == nil {
		return refuse(apitype.CertKeyMismatch, p, errNotThePersonsKey)
	}
	key, ok := p.Certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return refuse(apitype.CertKeyMismatch, p, errNotThePersonsKey)
	}
	sum := sha256.Sum256(message)
	if !signedWith(key, sum, sig) {
		return refuse(apitype.CertKeyMismatch, p, errNotThePersonsKey)
	}
	return nil
}
