//go:build canary_ocsp_signer

package revocation

import (
	"crypto/x509"

	"golang.org/x/crypto/ocsp"
)

func checkResponder(*ocsp.Response, *x509.Certificate) error { return nil }
