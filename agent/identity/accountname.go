//go:build !canary_account_form

package identity

import "strings"

// validAccountName accepts the portable names of POSIX.1-2017, 3.437, with @ for names of a domain. Names that
// a shell, a path or a uid could be mistaken for are refused.
func validAccountName(name string) bool {
	if name == "" || len(name) > maxAccountName || strings.ContainsAny(name[:1], "-.@") {
		return false
	}
	onlyDigits := true
	for _, c := range []byte(name) {
		if !isAccountCharacter(c) {
			return false
		}
		onlyDigits = onlyDigits && c >= '0' && c <= '9'
	}
	return !onlyDigits
}
