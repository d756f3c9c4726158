//go:build !canary_fetch_limit

package child

import (
	"fmt"
	"io"
	"net/http"

	"siths-agent/agent/courier"
)

// bodyOf reads a body of at most limit bytes, and not one byte more than it takes to know that it is longer.
func bodyOf(response *http.Response, limit int64) ([]byte, error) {
	tooLarge := &courier.Failure{Reason: courier.TooLarge, Detail: fmt.Sprintf("more than %d bytes", limit)}
	if response.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, tooLarge
	}
	return body, nil
}
