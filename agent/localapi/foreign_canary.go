//go:build canary_host

package localapi

import "net/http"

func isForeign(*http.Request) bool { return false }
