package identity

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/pcsc/siths"
)

// maxHints is how many of a card's own CA certificates are tried as links of the chain.
const maxHints = 8

// trusted returns the chain from the leaf to one of policy's roots, in an environment that policy accepts.
func (i *Identifier) trusted(cert siths.Certificate, card siths.Card, now time.Time) ([]*x509.Certificate, error) {
	leaf := cert.X509
	if i.cfg.Environment == Production && isTestName(leaf.Issuer.CommonName) {
		return nil, refusal(apitype.CertTestEnvironment, "issued by %q", leaf.Issuer.CommonName)
	}
	if err := checkKey(leaf); err != nil {
		return nil, refusal(apitype.CertUntrusted, "%w", err)
	}
	chain, err := i.chain(leaf, card.Authorities(), now)
	if err != nil {
		return nil, refusal(apitype.CertUntrusted, "%w", err)
	}
	if got := hierarchy(chain); got != i.cfg.Environment {
		return nil, refusal(apitype.CertTestEnvironment, "the hierarchy under %q is %s, policy is for %s",
			chain[len(chain)-1].Subject.CommonName, got, i.cfg.Environment)
	}
	return chain, nil
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
		return nil, err
	}
	return soundChain(chains)
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

func checkAuthorities(authorities []*x509.Certificate) error {
	for _, ca := range authorities {
		if err := checkAuthority(ca); err != nil {
			return err
		}
	}
	return nil
}

// The ways in which a certificate can be unfit although its signature is right.
var (
	errNotAuthority = errors.New("not a CA certificate")
	errWeakKey      = errors.New("not an RSA key of at least 2048 bits")
)

// hierarchy tells which environment a chain belongs to: Inera marks its test authorities by their names.
func hierarchy(chain []*x509.Certificate) Environment {
	isTest := func(ca *x509.Certificate) bool { return isTestName(ca.Subject.CommonName) }
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
