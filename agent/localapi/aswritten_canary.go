//go:build canary_api_path

package localapi

import "net/http"

func isRewritten(*http.Request) bool { return false }
