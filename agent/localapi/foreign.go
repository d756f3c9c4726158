//go:build !canary_host

package localapi

import (
	"net/http"

	"siths-agent/agent/apitype"
)

// isForeign says whether the request is for another host, as a page's is that a name has led here.
func isForeign(r *http.Request) bool { return r.Host != apitype.Host }
