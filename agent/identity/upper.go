//go:build !canary_ca_revoked

package identity

import (
	"context"
	"crypto/x509"

	"siths-agent/agent/identity/revocation"
)

// upperUnrevoked asks about every authority between the leaf and the root for which there are lists.
func (i *Identifier) upperUnrevoked(ctx context.Context, chain []*x509.Certificate) (revocation.Answer, error) {
	for n := 1; n < len(chain)-1; n++ {
		if !i.uppers.Known(chain[n+1]) {
			continue
		}
		answer := i.uppers.Check(ctx, chain[n], chain[n+1])
		if err := i.permits(answer, chain[n]); err != nil {
			return answer, err
		}
	}
	return revocation.Answer{}, nil
}
