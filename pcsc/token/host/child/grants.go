//go:build !canary_use_proved

package child

import "crypto/sha256"

// grants says whether a PIN has opened the key of a certificate, and may have: never the key for signatures, which speaks
// for the person before the law.
func (at *place) grants(cert [sha256.Size]byte) bool {
	return at != nil && at.loggedIn && sha256.Sum256(at.der) == cert && at.x != nil && !at.forSignatures()
}
