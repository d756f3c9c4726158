//go:build !canary_pam_last_try

package main

import "bytes"

// agrees says whether an answer is the word that spends the last try.
func agrees(answer []byte, yes string) bool {
	return bytes.EqualFold(bytes.TrimSpace(answer), []byte(yes))
}
