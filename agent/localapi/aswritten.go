//go:build !canary_api_path

package localapi

import (
	"net/http"
	"path"
)

// isRewritten says whether the path is not what was sent, or could be written otherwise.
func isRewritten(r *http.Request) bool {
	return r.RequestURI != r.URL.Path || path.Clean(r.URL.Path) != r.URL.Path
}
