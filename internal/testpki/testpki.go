// Package testpki makes SITHS-shaped certificate hierarchies and cards while a test or a training session runs, so that no key is ever committed.
package testpki

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// Hierarchy says which of Inera's hierarchies the names look like.
type Hierarchy int

// The hierarchies. The zero value is the test one, so that nothing looks like production by mistake.
const (
	Test       Hierarchy = iota // "TEST SITHS e-id ..."
	SystemTest                  // "SYSTEMTEST SITHS e-id ..."
	OldTest                     // "SITHS e-id ... PP", the suffix of the structure before e-id
	Production                  // "SITHS e-id ..."
)

// CAID names one of the hierarchy's authorities.
type CAID string

// The authorities that every PKI has.
const (
	Root       CAID = "Root CA v2"
	PersonHSA3 CAID = "Person HSA-id 3 CA v1"
	PersonHSA2 CAID = "Person HSA-id 2 CA v1"
	PersonID3  CAID = "Person ID 3 CA v1"
)

// IDs returns every authority of a PKI, the root first.
func IDs() []CAID { return []CAID{Root, PersonHSA3, PersonHSA2, PersonID3} }

// Options shape a PKI. The zero value is a TEST hierarchy with 2048-bit keys and the system's clock.
type Options struct {
	Hierarchy Hierarchy
	Clock     func() time.Time // nil: time.Now
	CABits    int              // 0: 2048, for speed; the real ones have 4096
	LeafBits  int              // 0: 2048
	BaseURL   string           // of CDP, OCSP and AIA addresses; empty: http://127.0.0.1:8089
	Keys      *Keys            // where cards' keys come from; nil: fresh ones
}

// CA is one authority with its key.
type CA struct {
	ID   CAID
	Cert *x509.Certificate
	Key  *rsa.PrivateKey
}

// PKI is a root with its issuing authorities and what they have revoked. It is safe for concurrent use.
type PKI struct {
	opts    Options
	cas     map[CAID]*CA
	mu      sync.Mutex
	revoked map[CAID][]*big.Int
	shadow  *PKI // same names, other keys: what a forger would build
	servers *CA  // issues servers' certificates; nil until the first
}

// New makes the keys and certificates of a hierarchy. It takes as long as four RSA keys of CABits bits.
func New(opts Options) (*PKI, error) {
	opts = opts.withDefaults()
	p := &PKI{opts: opts, cas: map[CAID]*CA{}, revoked: map[CAID][]*big.Int{}}
	keys, err := freshKeys(len(IDs()), opts.CABits)
	if err != nil {
		return nil, fmt.Errorf("making the authorities' keys: %w", err)
	}
	for i, id := range IDs() {
		if p.cas[id], err = p.issueCA(id, keys[i]); err != nil {
			return nil, fmt.Errorf("issuing %s: %w", id, err)
		}
	}
	return p, nil
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.CABits == 0 {
		o.CABits = 2048
	}
	if o.LeafBits == 0 {
		o.LeafBits = 2048
	}
	if o.BaseURL == "" {
		o.BaseURL = "http://127.0.0.1:8089"
	}
	if o.Keys == nil {
		o.Keys = &Keys{}
	}
	return o
}

// CA returns an authority, or nil for a name that IDs does not have.
func (p *PKI) CA(id CAID) *CA { return p.cas[id] }

// Revoke marks a certificate revoked for the authority's next CRL.
func (p *PKI) Revoke(id CAID, cert *x509.Certificate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked[id] = append(p.revoked[id], cert.SerialNumber)
}

func (p *PKI) now() time.Time { return p.opts.Clock().UTC().Truncate(time.Second) }

// forger returns a hierarchy with the same names and other keys, made at the first call.
func (p *PKI) forger() (*PKI, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shadow == nil {
		shadow, err := New(p.opts)
		if err != nil {
			return nil, err
		}
		p.shadow = shadow
	}
	return p.shadow, nil
}

func (h Hierarchy) commonName(id CAID) string {
	name := "SITHS e-id " + string(id)
	switch h {
	case SystemTest:
		return "SYSTEMTEST " + name
	case OldTest:
		return name + " PP"
	case Production:
		return name
	default:
		return "TEST " + name
	}
}

// slug is how Inera names the files of a CA: its common name in lower case, without spaces and hyphens.
func slug(commonName string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(commonName))
}
