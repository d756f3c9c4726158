//go:build !canary_ldap_escape

package ldapfilter

import (
	"fmt"
	"strings"
)

// escape writes a value so that no byte of it means anything in a filter (RFC 4515, section 3). All but letters, digits
// and the hyphen, of which HSA-ids are made, is written as a backslash and two hex digits, which is allowed for any byte.
func escape(value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, `\%02x`, c)
	}
	return b.String()
}
