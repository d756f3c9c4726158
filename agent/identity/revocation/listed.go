//go:build !canary_revoked

package revocation

import "math/big"

// lists says whether a list names a certificate.
func lists(list *index, serial *big.Int) bool { return list.has(serial) }
