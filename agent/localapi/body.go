//go:build !canary_body_limit

package localapi

import (
	"io"
	"net/http"
)

// bounded ends a body that is longer than any that we read.
func bounded(w http.ResponseWriter, r *http.Request) io.ReadCloser {
	return http.MaxBytesReader(w, r.Body, maxBody)
}
