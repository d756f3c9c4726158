// Package responder answers for a test hierarchy about revocation, well or with the faults of a test's choice.
package responder

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"sync"
	"time"

	"siths-agent/internal/testpki"
)

// Behaviour says how a Responder answers. The zero value answers well: OCSP by a delegated signer, with the nonce that was
// asked with, good for an hour.
type Behaviour struct {
	OCSP Fault `json:"ocsp,omitempty"`
	CRL  Fault `json:"crl,omitempty"`

	Signer       Signer        `json:"signer,omitempty"`
	NoNonce      bool          `json:"no_nonce,omitempty"`
	NoNextUpdate bool          `json:"no_next_update,omitempty"` // of OCSP answers
	Life         time.Duration `json:"life,omitempty"`           // of OCSP answers; 0: an hour
	Entries      int           `json:"entries,omitempty"`        // how many other certificates are on a list
	Bulk         int           `json:"bulk,omitempty"`           // bytes of no meaning beside each of them
	Revoked      []string      `json:"revoked,omitempty"`        // serial numbers in hexadecimal, of the HSA-id authority
}

// Signer says who signs OCSP answers.
type Signer string

// The signers.
const (
	Delegated Signer = ""         // a key that the authority has certified for that; its certificate comes along
	Direct    Signer = "direct"   // the authority; no certificate comes along
	Embedding Signer = "embedded" // the authority, and its certificate comes along
)

// Responder is an http.Handler with the addresses of testpki's certificates: /ocsp, and /crl/ with a file's name.
type Responder struct {
	pki *testpki.PKI
	now func() time.Time

	mu      sync.Mutex
	how     Behaviour
	signers map[signerKey]*testpki.CA
	good    map[string][]byte // the first good answer about each certificate, to be replayed
	asked   Counts
}

// Counts are how many questions came.
type Counts struct{ OCSP, CRL int }

// New answers for a hierarchy, by this clock; nil is the hierarchy's own. Nothing listens yet: see Listen.
func New(pki *testpki.PKI, now func() time.Time) *Responder {
	if now == nil {
		now = pki.Now
	}
	return &Responder{pki: pki, now: now, signers: map[signerKey]*testpki.CA{}, good: map[string][]byte{}}
}

// Set changes how questions are answered from now on.
func (r *Responder) Set(b Behaviour) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.how = b
}

// Asked is how many questions have come so far.
func (r *Responder) Asked() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// begin counts a question and says how to answer it.
func (r *Responder) begin(count func(*Counts)) Behaviour {
	r.mu.Lock()
	defer r.mu.Unlock()
	count(&r.asked)
	return r.how
}

// ServeHTTP answers one question.
func (r *Responder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch {
	case req.URL.Path == "/ocsp" && req.Method == http.MethodPost:
		r.serveOCSP(w, req, r.begin(func(c *Counts) { c.OCSP++ }))
	case path.Dir(req.URL.Path) == "/crl" && req.Method == http.MethodGet:
		r.serveCRL(w, req, r.begin(func(c *Counts) { c.CRL++ }))
	default:
		http.NotFound(w, req)
	}
}

func (r *Responder) serveOCSP(w http.ResponseWriter, req *http.Request, how Behaviour) {
	w.Header().Set("Content-Type", "application/ocsp-response") // RFC 6960, A.2
	asked, err := io.ReadAll(io.LimitReader(req.Body, 1<<16))   // all of it: only then is it noticed that the other end has gone
	if disturb(w, req, how.OCSP) {
		return
	}
	if err == nil {
		var answer []byte
		if answer, err = r.ocsp(asked, how); err == nil {
			send(w, req, answer, how.OCSP)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusBadRequest)
}

func (r *Responder) serveCRL(w http.ResponseWriter, req *http.Request, how Behaviour) {
	w.Header().Set("Content-Type", "application/pkix-crl") // RFC 2585, 4.2
	if disturb(w, req, how.CRL) {
		return
	}
	for _, id := range testpki.IDs() {
		if path.Base(req.URL.Path) != r.pki.ListName(id) {
			continue
		}
		answer, err := r.list(id, how)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		send(w, req, answer, how.CRL)
		return
	}
	http.NotFound(w, req)
}

// Server is a Responder that listens.
type Server struct {
	*http.Server
	URL string // without a slash at the end: testpki.Options.BaseURL
	l   net.Listener
}

// Listen opens a port of this machine alone. address is "127.0.0.1:0" for a free one. Nothing is answered before Serve.
func Listen(address string) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for questions about revocation: %w", err)
	}
	return &Server{Server: &http.Server{ReadHeaderTimeout: 5 * time.Second}, URL: "http://" + l.Addr().String(), l: l}, nil
}

// Answer answers with r until Close.
func (s *Server) Answer(r *Responder) error {
	s.Handler = r
	return s.Serve(s.l)
}
