//go:build canary_fetch_limit

package child

import (
	"io"
	"net/http"
)

func bodyOf(response *http.Response, _ int64) ([]byte, error) { return io.ReadAll(response.Body) }
