//go:build canary_referer

package localapi

import "net/http"

func hasReferer(*http.Request) bool { return false }
