//go:build !canary_crl_current

package identity

import (
	"crypto/x509"
	"time"
)

// isCurrent says whether a list may still call a certificate good. One without nextUpdate never may.
func isCurrent(list *x509.RevocationList, now time.Time, grace time.Duration) bool {
	return !now.Before(list.ThisUpdate) && !now.After(list.NextUpdate.Add(grace))
}
