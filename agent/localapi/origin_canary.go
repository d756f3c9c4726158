//go:build canary_origin

package localapi

import "net/http"

func hasOrigin(*http.Request) bool { return false }
