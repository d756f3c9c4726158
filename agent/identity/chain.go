package identity

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/pcsc/siths"
)

// maxCandidates is how many of a card's certificates are tried. A card has one or two.
const maxCandidates = 8

// maxHints is how many of a card's own CA certificates are tried as links of the chain.
const maxHints = 8

// best returns the candidate to log in with and its chain: the first that can be trusted, else the first of all and why
// it cannot. A look-alike of an issuer that nobody knows hides no good certificate.
func (i *Identifier) best(candidates []siths.Certificate, card siths.Card, now time.Time) (siths.Certificate, []*x509.Certificate, error) {
	var refused error
	for _, cert := range candidates[:min(len(candidates), maxCandidates)] {
		chain, err := i.trusted(cert, card, now)
		if err == nil {
			return cert, chain, nil
		}
		refused = cmp.Or(refused, err)
	}
	return candidates[0], nil, refused
}

// trusted returns the chain from the leaf to one of policy's roots, in an environment that policy accepts.
func (i *Identifier) trusted(cert siths.Certificate, card siths.Card, now time.Time) ([]*x509.Certificate, error) {
	leaf := cert.X509
	if i.cfg.Environment == Production && isMarked(leaf.Issuer.CommonName, i.cfg.TestMarks) {
		return nil, refusal(apitype.CertTestEnvironment, "issued by %q", leaf.Issuer.CommonName)
	}
	if cert.Fault != nil {
		return nil, refusal(faultCode(cert.Fault), "%w", cert.Fault)
	}
	chain, err := i.chain(leaf, card.Authorities(), now)
	if err != nil {
		return nil, refusal(cmp.Or(faultCode(err), apitype.CertUntrusted), "%w", err)
	}
	if got := i.hierarchy(chain); got != i.cfg.Environment {
		return nil, refusal(apitype.CertTestEnvironment, "the hierarchy under %q is %s, policy is for %s",
			chain[len(chain)-1].Subject.CommonName, got, i.cfg.Environment)
	}
	return chain, nil
}

// faultCode is the code of what is wrong with the certificate itself; "" where that is none of siths's faults. The key
// of an authority on its way to the root is not the certificate's.
func faultCode(err error) apitype.Code {
	switch {
	case errors.Is(err, errNotAuthority):
		return ""
	case errors.Is(err, siths.ErrMalformed):
		return apitype.CertMalformed
	case errors.Is(err, siths.ErrWeakKey):
		return apitype.CertWeakKey
	case errors.Is(err, siths.ErrLegacy):
		return apitype.CertLegacy
	default:
		return ""
	}
}

// chain verifies the leaf. The card's own authorities can only be links: a root comes from policy. The time is
// moved into the leaf's period, so that a leaf out of its period is told as that and not as untrusted.
func (i *Identifier) chain(leaf *x509.Certificate, hints []siths.Certificate, now time.Time) ([]*x509.Certificate, error) {
	links := x509.NewCertPool()
	for _, link := range i.anchors.intermediates {
		links.AddCert(link)
	}
	for _, hint := range hints[:min(len(hints), maxHints)] {
		links.AddCert(hint.X509)
	}
	chains, err := i.anchors.verify(leaf, links, clamp(now, leaf.NotBefore, leaf.NotAfter))
	if err != nil {
		return nil, i.blame(err, leaf, hints)
	}
	return soundChain(chains)
}

// blame says of a leaf without a chain whether that is because its issuer's certificate is signed as in the old
// structure, which Go's verifier passes over like one that is not there.
func (i *Identifier) blame(err error, leaf *x509.Certificate, hints []siths.Certificate) error {
	isOld := func(ca *x509.Certificate) bool {
		return bytes.Equal(ca.RawSubject, leaf.RawIssuer) && siths.IsForgeable(ca.SignatureAlgorithm)
	}
	hinted := func(hint siths.Certificate) bool { return isOld(hint.X509) }
	if slices.ContainsFunc(i.anchors.intermediates, isOld) || slices.ContainsFunc(hints, hinted) {
		return fmt.Errorf("%w: issued by %q: %w", siths.ErrLegacy, leaf.Issuer.CommonName, err)
	}
	return err
}

// soundChain returns the first chain whose every authority is one, or why the last is not.
func soundChain(chains [][]*x509.Certificate) ([]*x509.Certificate, error) {
	err := errNotAuthority
	for _, chain := range chains {
		if len(chain) < 2 {
			continue
		}
		if err = checkAuthorities(chain[1:]); err == nil {
			return chain, nil
		}
	}
	return nil, err
}

// issuers are the authorities of a chain below its root, DER.
func issuers(chain []*x509.Certificate) (ders [][]byte) {
	for _, ca := range chain[1 : len(chain)-1] {
		ders = append(ders, ca.Raw)
	}
	return ders
}

func checkAuthorities(authorities []*x509.Certificate) error {
	for _, ca := range authorities {
		if err := checkAuthority(ca); err != nil {
			return err
		}
	}
	return nil
}

var errNotAuthority = errors.New("not a CA certificate")

// hierarchy tells which environment a chain belongs to: Inera marks its test authorities by their names.
func (i *Identifier) hierarchy(chain []*x509.Certificate) Environment {
	isTest := func(ca *x509.Certificate) bool { return isMarked(ca.Subject.CommonName, i.cfg.TestMarks) }
	if slices.ContainsFunc(chain[1:], isTest) {
		return Test
	}
	return Production
}

func clamp(now, from, to time.Time) time.Time {
	switch {
	case now.Before(from):
		return from
	case now.After(to):
		return to
	default:
		return now
	}
}
