//go:build canary_body_limit

package localapi

import (
	"io"
	"net/http"
)

func bounded(_ http.ResponseWriter, r *http.Request) io.ReadCloser { return r.Body }
