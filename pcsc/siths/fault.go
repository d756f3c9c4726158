package siths

import (
	"crypto/x509"
	"errors"
	"slices"
)

// The faults of a certificate for which nobody logs in with it.
var (
	ErrMalformed = errors.New("the certificate contradicts itself")
	ErrWeakKey   = errors.New("the key is weak")
	ErrLegacy    = errors.New("the certificate is of a structure that is no longer accepted")
)

// fault says what is wrong with a certificate that claims to be for logging in.
func (c *Certificate) fault() error {
	ids := attributes(c.X509.Subject, oidSerialNumber)
	if !claimsLogin(c.X509, ids) {
		return nil
	}
	if err := checkForm(c.X509, ids); err != nil {
		return err
	}
	if err := CheckKey(c.X509); err != nil {
		return err
	}
	return checkAge(c)
}

// claimsLogin says whether a certificate names somebody by an HSA-id, or by what was meant as one, and is for a client
// that proves who it is. An authority has no HSA-id, so that one with an HSA-id is a person's that was made too much.
func claimsLogin(cert *x509.Certificate, ids []string) bool {
	return slices.ContainsFunc(ids, meansHSAID) && (cert.IsCA || provesAClient(cert))
}

// meansHSAID says whether id is an HSA-id or would be one without its wrong characters or its length.
func meansHSAID(id string) bool {
	switch identityOf(id) {
	case HSA:
		return true
	case OtherIdentity:
		return hasLetter(id) && !isForeignNumber(id)
	default:
		return false
	}
}
