// Package revocation tells whether a certificate is revoked: by OCSP and by lists, fetched, verified, kept and weighed.
package revocation

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"time"

	"siths-agent/agent/courier"
)

// MaxWait is the longest that a decision waits for the network, whatever policy says.
const MaxWait = 2 * time.Second

// skew is how much the clocks of a responder and of this machine may differ.
const skew = 5 * time.Minute

// Result is what is known of a certificate.
type Result string

// The results.
const (
	Good    Result = "good"
	Revoked Result = "revoked"
	Unknown Result = "unknown" // nothing that may be relied on says either
)

// Source is where an answer comes from.
type Source string

// The sources.
const (
	OCSP Source = "ocsp" // RFC 6960
	CRL  Source = "crl"  // RFC 5280, 5
)

// Answer is what Check found. At is the time that the authority speaks of (thisUpdate), and Age how long ago that is.
type Answer struct {
	Result  Result
	Source  Source // empty for Unknown
	At      time.Time
	Age     time.Duration
	Offline bool // it is not current, and the network is why: what was asked for did not come
}

// Policy is what the administrator decides about revocation.
type Policy struct {
	Order   []Source      // where answers are fetched, in order; empty: nowhere
	Timeout time.Duration // for one answer
	Grace   time.Duration // how much longer than it says itself a good answer counts
}

// Asker puts questions to the network. See courier.Client, which is the real one.
type Asker interface {
	Ask(ctx context.Context, q courier.Question) (courier.Answer, error)
}

// authority names whoever holds a CA's name and key, whichever certificate says so.
type authority [sha256.Size]byte

func authorityOf(ca *x509.Certificate) authority {
	h := sha256.New()
	name := sha256.Sum256(ca.RawSubject)
	h.Write(name[:])
	h.Write(ca.RawSubjectPublicKeyInfo)
	return authority(h.Sum(nil))
}

// subject names one certificate of an authority: by its serial number, as answers do.
type subject [sha256.Size]byte

func subjectOf(cert, issuer *x509.Certificate) subject {
	h := sha256.New()
	ca := authorityOf(issuer)
	h.Write(ca[:])
	h.Write(cert.SerialNumber.Bytes())
	return subject(h.Sum(nil))
}
