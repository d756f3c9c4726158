//go:build !canary_ocsp_nonce

package revocation

import (
	"bytes"
	"encoding/asn1"
)

// repeats says whether the nonce of an answer is the one that was asked with.
func repeats(extension, nonce []byte) bool {
	var got []byte
	rest, err := asn1.Unmarshal(extension, &got)
	return err == nil && len(rest) == 0 && bytes.Equal(got, nonce)
}
