//go:build !canary_ca_revoked

package identity

import (
	"crypto/x509"
	"time"

	"siths-agent/agent/apitype"
)

// upperUnrevoked asks about every authority between the leaf and the root for which there are lists.
func (i *Identifier) upperUnrevoked(chain []*x509.Certificate, now time.Time) (apitype.Revocation, error) {
	for n := 1; n < len(chain)-1; n++ {
		found := i.crls.of(chain[n+1])
		if len(found) == 0 {
			continue
		}
		answer := i.ask(found, chain[n], now)
		if err := i.permits(answer, chain[n]); err != nil {
			return answer, err
		}
	}
	return apitype.Revocation{}, nil
}
