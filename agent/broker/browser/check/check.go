// Package check tells whether a web server serves pages to a browser whose card has left.
package check

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// Server is a web server that asks for the card, and how it is reached.
type Server struct {
	URL   string         // https, with a page that the person may see
	Roots *x509.CertPool // that have signed the server's certificate; nil: the computer's
	Card  tls.Certificate
	Dial  func(ctx context.Context, address string) (net.Conn, error) // nil: TCP
}

// Result is what was found.
type Result struct {
	URL      string    `json:"url"`
	Open     bool      `json:"open"` // pages are served without any card
	Versions []Version `json:"versions"`
}

// Version is what was found with one version of TLS.
type Version struct {
	TLS        string        `json:"tls"`
	Status     int           `json:"status"`           // of the page with the card (RFC 9110, 15)
	Signatures int           `json:"signatures"`       // that the card made for it
	Resumes    bool          `json:"resumes"`          // a new connection gets the page without the card
	Named      bool          `json:"named"`            // TLS 1.2: the server names the session, by which browsers can ask to resume it
	KeepsOpen  bool          `json:"keeps_open"`       // a second page on the same connection, too
	KeepFor    time.Duration `json:"keep_ns,omitzero"` // as the server says it, nanoseconds
}

// Resumes says whether a browser gets pages without the card on new connections, with any version, or has to be feared to.
func (r Result) Resumes() bool {
	for _, v := range r.Versions {
		if v.Resumes || v.Named {
			return true
		}
	}
	return false
}

// RefusedError says that the server does not serve the page to the card's certificate.
type RefusedError struct {
	Status int   // 0: it ended the handshake
	Err    error // why the handshake ended
}

func (e *RefusedError) Error() string {
	if e.Err != nil {
		return "the server refuses the card's certificate: " + e.Err.Error()
	}
	return fmt.Sprintf("the server answers %d to the card's certificate", e.Status)
}

func (e *RefusedError) Unwrap() error { return e.Err }

// URLError says that an address is not one of a page of a web server with TLS.
type URLError struct{ URL string }

func (e *URLError) Error() string {
	return fmt.Sprintf("%q is no address of the form https://host/path", e.URL)
}

// errNoTLS means that the server has neither of the versions that browsers use.
var errNoTLS = errors.New("the server speaks neither TLS 1.2 nor TLS 1.3")

// Run asks the server for the page without the card, with it, again on the same connection, and on a new one with what the
// server has given to resume the session, for TLS 1.2 and 1.3. The errors are *URLError, *RefusedError, and those of the
// network and of the card.
func (s Server) Run(ctx context.Context) (Result, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return Result{}, &URLError{URL: s.URL}
	}
	r := Result{URL: s.URL, Versions: []Version{}}
	var last error
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		p := probe{server: s, url: u, version: version}
		if p.isOpen(ctx) {
			r.Open = true
		}
		v, err := p.run(ctx)
		if errors.Is(err, errVersion) {
			last = err
			continue
		}
		if err != nil {
			return r, err
		}
		r.Versions = append(r.Versions, v)
	}
	if len(r.Versions) == 0 {
		return r, fmt.Errorf("%w: %w", errNoTLS, last)
	}
	return r, nil
}

// signer is the card's key, counted, and switched off to see whether it is asked.
type signer struct {
	crypto.Signer
	off   bool
	asked int
}

// errCardAway stands for a card that has left.
var errCardAway = errors.New("the card is away")
