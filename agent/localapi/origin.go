//go:build !canary_origin

package localapi

import "net/http"

// hasOrigin says whether a page, which names its origin, has sent the request.
func hasOrigin(r *http.Request) bool { return r.Header.Get("Origin") != "" }
