//go:build canary_ocsp_nonce

package revocation

func repeats([]byte, []byte) bool { return true }
