//go:build !canary_chain

package identity

import (
	"crypto/x509"
	"time"
)

// verify returns the chains from the leaf to a root that policy names, over these links.
func (a anchors) verify(leaf *x509.Certificate, links *x509.CertPool, now time.Time) ([][]*x509.Certificate, error) {
	roots := x509.NewCertPool()
	for _, root := range a.roots {
		roots.AddCert(root)
	}
	return leaf.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: links,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}
