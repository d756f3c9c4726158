//go:build !canary_notice_markup

package notify

import "strings"

// written is a text for a server: one that takes markup (Desktop Notifications Specification 1.2, section 4) must show what
// looks like it as it is written.
func written(text string, markup bool) string {
	if !markup {
		return text
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
