//go:build canary_ca_revoked

package identity

import (
	"context"
	"crypto/x509"

	"siths-agent/agent/identity/revocation"
)

func (i *Identifier) upperUnrevoked(context.Context, []*x509.Certificate) (revocation.Answer, error) {
	return revocation.Answer{}, nil
}
