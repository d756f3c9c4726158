package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Digest returns the hex SHA-256 of all keys and their values as Show writes them, so that the audit log can tell which
// policy was in force. Accounts and systems are not part of it: see DigestFiles.
func (p Policy) Digest() string {
	sum := sha256.New()
	for _, k := range Keys() {
		fmt.Fprintf(sum, "%s = %s\n", k.Name, format(k.fieldOf(&p)))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
