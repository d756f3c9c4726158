//go:build !canary_api_utf8

package localapi

import "unicode/utf8"

// isText says whether a body is UTF-8, which the decoder would quietly make of it.
func isText(body []byte) bool { return utf8.Valid(body) }
