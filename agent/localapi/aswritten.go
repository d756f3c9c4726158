//go:build !canary_api_path

package localapi

import (
	"net/http"
	"path"
)

// isRewritten says whether the path is not what was sent, or could be written otherwise.
func isRewritten(r *http.Request) bool {
	written := r.URL.Path
	if takesDays(r.URL.Path) && r.URL.RawQuery != "" {
		written += "?" + r.URL.RawQuery
	}
	return r.RequestURI != written || path.Clean(r.URL.Path) != r.URL.Path
}
