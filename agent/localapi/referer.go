//go:build !canary_referer

package localapi

import "net/http"

// hasReferer says whether a page, which names itself, has sent the request.
func hasReferer(r *http.Request) bool { return r.Header.Get("Referer") != "" }
