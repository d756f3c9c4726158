package child

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"siths-agent/agent/courier"
)

const (
	// maxHeader is the most bytes of header that a server may send.
	maxHeader = 32 << 10
	// largeBody is the limit in bytes from which on a fetch is a large one.
	largeBody = 1 << 20
)

// fetch does one HTTP request.
func fetch(ctx context.Context, f courier.Fetch) (courier.Answer, error) {
	request, err := requestOf(ctx, f)
	if err != nil {
		return courier.Answer{}, err
	}
	through, err := proxyOf(f)
	if err != nil {
		return courier.Answer{}, err
	}
	transport := newTransport(through)
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return courier.Answer{}, reasonOf(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := check(response, f.Accept); err != nil {
		return courier.Answer{}, err
	}
	body, err := bodyOf(response, min(f.Limit, courier.MaxBody))
	if err != nil {
		return courier.Answer{}, reasonOf(err)
	}
	return courier.Answer{Body: body}, nil
}

// enter waits until a question may be looked into, and returns what lets the next one be: a large body takes up memory
// until its asker has it. Once ctx has ended there is nothing to wait for.
func (s *server) enter(ctx context.Context, q courier.Question) (leave func()) {
	if q.Fetch == nil || q.Fetch.Limit < largeBody {
		return func() {}
	}
	select {
	case s.large <- struct{}{}:
		return func() { <-s.large }
	case <-ctx.Done():
		return func() {}
	}
}

// requestOf makes the request, and refuses an address that is not plainly that of a web server.
func requestOf(ctx context.Context, f courier.Fetch) (*http.Request, error) {
	address, err := url.Parse(f.URL)
	switch {
	case err != nil:
		return nil, malformed("the URL cannot be read")
	case address.Scheme != "http" && address.Scheme != "https":
		return nil, malformed("the URL is neither http nor https")
	case address.Hostname() == "" || address.User != nil:
		return nil, malformed("the URL has no host, or a user")
	case f.Limit <= 0:
		return nil, malformed("a fetch without a limit")
	}
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if len(f.Body) > 0 {
		method, body = http.MethodPost, bytes.NewReader(f.Body)
	}
	request, err := http.NewRequestWithContext(ctx, method, address.String(), body)
	if err != nil {
		return nil, malformed("the URL makes no request")
	}
	for name, value := range map[string]string{"Content-Type": f.Type, "Accept": f.Accept, "User-Agent": "siths-courier"} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return request, nil
}

// proxyOf is the proxy that a question names, nil for none.
func proxyOf(f courier.Fetch) (*url.URL, error) {
	if f.Proxy == "" {
		return nil, nil
	}
	proxy, err := url.Parse(f.Proxy)
	if err != nil || proxy.Scheme != "http" || proxy.Hostname() == "" || proxy.User != nil {
		return nil, malformed("the proxy is not plainly one")
	}
	return proxy, nil
}

// newTransport is for one request: nothing that one server did is there when another is asked. It follows no
// redirect, takes no proxy from the environment and no compression, behind which a small body could be a large one.
func newTransport(proxy *url.URL) *http.Transport {
	return &http.Transport{
		Proxy:             http.ProxyURL(proxy),
		DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

// check makes sure that an answer is a success and of the type that was asked for, whose parameters do not matter.
func check(response *http.Response, accept string) error {
	if response.StatusCode != http.StatusOK {
		return &courier.Failure{Reason: courier.BadStatus, Detail: fmt.Sprintf("status %d", response.StatusCode)}
	}
	if encoding := response.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return &courier.Failure{Reason: courier.BadType, Detail: fmt.Sprintf("encoded as %.60q", encoding)}
	}
	got, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if errors.Is(err, mime.ErrInvalidMediaParameter) {
		err = nil
	}
	if accept != "" && (err != nil || !strings.EqualFold(got, accept)) {
		return &courier.Failure{Reason: courier.BadType, Detail: fmt.Sprintf("%.60q where %q was asked for", got, accept)}
	}
	return nil
}

// reasonOf says why a request has failed. What is neither the network's failure nor that of TLS is something in the
// answer that is not HTTP (net/http has no type for that).
func reasonOf(err error) error {
	if _, ok := errors.AsType[*courier.Failure](err); ok {
		return err
	}
	reason := courier.Malformed
	switch {
	case isTLS(err):
		reason = courier.BadTLS
	case isNetwork(err):
		reason = courier.Unreachable
	}
	return &courier.Failure{Reason: reason, Detail: err.Error()}
}

func isTLS(err error) bool {
	return is[*tls.CertificateVerificationError](err) || is[tls.RecordHeaderError](err) || is[tls.AlertError](err) ||
		is[x509.HostnameError](err) || is[x509.UnknownAuthorityError](err)
}

func isNetwork(err error) bool {
	return is[net.Error](err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}
