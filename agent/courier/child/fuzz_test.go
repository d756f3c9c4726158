package child

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"

	"siths-agent/agent/courier"
)

func FuzzFetch(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain; a=b\r\nContent-Length: 3\r\n\r\nabc"), "text/plain", int64(3))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), "", int64(2))
	f.Add([]byte("HTTP/1.0 200 OK\r\n\r\nabc"), "", int64(9))
	f.Add([]byte("HTTP/1.1 302 Found\r\nLocation: file:///\r\n\r\n"), "", int64(9))
	f.Fuzz(func(t *testing.T, sent []byte, accept string, limit int64) {
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(sent)), nil)
		if err != nil {
			return
		}
		defer func() { _ = response.Body.Close() }()
		if err := check(response, accept); err != nil {
			if failed(err).Failure.Reason == "" {
				t.Fatalf("no reason in %v", err)
			}
			return
		}
		limit = max(1, min(limit, 1<<16))
		body, err := bodyOf(response, limit)
		if err != nil {
			if failed(reasonOf(err)).Failure.Reason == courier.Late {
				t.Fatalf("late without a deadline: %v", err)
			}
			return
		}
		if int64(len(body)) > limit || response.StatusCode != http.StatusOK {
			t.Fatalf("%d bytes where %d are allowed, with status %d", len(body), limit, response.StatusCode)
		}
	})
}
