package p11

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
)

// contents are what programs see of a card. They are never changed once made.
type contents struct {
	certificate []byte
	label       string
	serial      string
	bits        int
	mechanisms  []uint64
	objects     []*object
}

// object is a certificate or a key on the card.
type object struct {
	handle     uint64
	private    bool
	authority  bool // an issuer's certificate
	attributes map[uint32][]byte
}

// object finds an object by its number; nil: it has none of that number.
func (t *contents) object(handle uint64) *object {
	for _, o := range t.objects {
		if o.handle == handle {
			return o
		}
	}
	return nil
}

// contentsOf returns the contents of the card that a grant is for, made once for each insertion, and anew when it is found
// out that the card manages less than its module says.
func (s *Server) contentsOf(g *broker.Grant) (*contents, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.cards[g.Insertion()]; t != nil && bytes.Equal(t.certificate, g.Certificate()) && slices.Equal(t.mechanisms, mechanismsFor(g.Schemes())) {
		return t, nil
	}
	number := s.first + g.Insertion()
	t, err := newContents(g.Login(), number)
	if err != nil {
		return nil, err
	}
	s.last = max(s.last, number)
	clear(s.cards)
	s.cards[g.Insertion()] = t
	return t, nil
}

// begin has cards numbered on from the last one that a program may know.
func (s *Server) begin(last uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last > s.first {
		s.first, s.last = last, max(s.last, last)
		clear(s.cards)
	}
}

// lastCard is the number of the last card that a program may know.
func (s *Server) lastCard() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// newContents makes the contents of a card whose objects have numbers of its own.
func newContents(l broker.Login, number uint64) (*contents, error) {
	cert, err := x509.ParseCertificate(l.Certificate)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("reading the certificate: a key of type %T", cert.PublicKey)
	}
	sum := sha256.Sum256(l.Certificate)
	t := &contents{certificate: l.Certificate, label: clean(l.Name), serial: hex.EncodeToString(sum[:8]), bits: key.N.BitLen(),
		mechanisms: mechanismsFor(l.Schemes)}
	t.add(number, certificateAttributes(cert, t.label, rpc.CategoryUser))
	t.add(number, publicAttributes(cert, key, t))
	t.add(number, privateAttributes(cert, key, t)).private = true
	for _, der := range l.Issuers {
		issuer, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("reading an issuer's certificate: %w", err)
		}
		t.add(number, certificateAttributes(issuer, clean(issuer.Subject.CommonName), rpc.CategoryAuthority)).authority = true
	}
	return t, nil
}

func (t *contents) add(insertion uint64, attributes map[uint32][]byte) *object {
	o := &object{handle: handleOf(insertion, len(t.objects)), attributes: attributes}
	t.objects = append(t.objects, o)
	return o
}

// clean leaves out what no name has: programs show it where they like.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
}

// common are the attributes that all objects have.
func common(class uint64, label string, cert *x509.Certificate) map[uint32][]byte {
	id := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return map[uint32][]byte{
		rpc.AttrClass:         rpc.Number(class),
		rpc.AttrToken:         rpc.Truth(true),
		rpc.AttrPrivate:       rpc.Truth(false),
		rpc.AttrModifiable:    rpc.Truth(false),
		rpc.AttrCopyable:      rpc.Truth(false),
		rpc.AttrLabel:         []byte(label),
		rpc.AttrID:            id[:20],
		rpc.AttrSubject:       cert.RawSubject,
		rpc.AttrPublicKeyInfo: cert.RawSubjectPublicKeyInfo,
		rpc.AttrStartDate:     []byte(cert.NotBefore.UTC().Format("20060102")),
		rpc.AttrEndDate:       []byte(cert.NotAfter.UTC().Format("20060102")),
	}
}

func certificateAttributes(cert *x509.Certificate, label string, category uint64) map[uint32][]byte {
	serial, _ := asn1.Marshal(cert.SerialNumber) // an integer can always be written
	a := common(rpc.ClassCertificate, label, cert)
	maps.Copy(a, map[uint32][]byte{
		rpc.AttrCertificateType:     rpc.Number(rpc.CertificateX509),
		rpc.AttrCertificateCategory: rpc.Number(category),
		rpc.AttrTrusted:             rpc.Truth(false),
		rpc.AttrIssuer:              cert.RawIssuer,
		rpc.AttrSerialNumber:        serial,
		rpc.AttrValue:               cert.Raw,
	})
	return a
}

// keyAttributes are those that both halves of the key have.
func keyAttributes(class uint64, cert *x509.Certificate, key *rsa.PublicKey, t *contents) map[uint32][]byte {
	a := common(class, t.label, cert)
	maps.Copy(a, map[uint32][]byte{
		rpc.AttrKeyType:           rpc.Number(rpc.KeyRSA),
		rpc.AttrDerive:            rpc.Truth(false),
		rpc.AttrLocal:             rpc.Truth(false), // where it was made is not known
		rpc.AttrModulus:           key.N.Bytes(),
		rpc.AttrPublicExponent:    big.NewInt(int64(key.E)).Bytes(),
		rpc.AttrAllowedMechanisms: rpc.Number(t.mechanisms...),
	})
	return a
}

func publicAttributes(cert *x509.Certificate, key *rsa.PublicKey, t *contents) map[uint32][]byte {
	a := keyAttributes(rpc.ClassPublicKey, cert, key, t)
	maps.Copy(a, map[uint32][]byte{
		rpc.AttrModulusBits:   rpc.Number(uint64(t.bits)),
		rpc.AttrVerify:        rpc.Truth(true),
		rpc.AttrVerifyRecover: rpc.Truth(false),
		rpc.AttrEncrypt:       rpc.Truth(false),
		rpc.AttrWrap:          rpc.Truth(false),
	})
	return a
}

// privateAttributes say that the key signs, and does nothing else for programs.
func privateAttributes(cert *x509.Certificate, key *rsa.PublicKey, t *contents) map[uint32][]byte {
	a := keyAttributes(rpc.ClassPrivateKey, cert, key, t)
	maps.Copy(a, map[uint32][]byte{
		rpc.AttrPrivate:            rpc.Truth(true),
		rpc.AttrSensitive:          rpc.Truth(true),
		rpc.AttrAlwaysSensitive:    rpc.Truth(true),
		rpc.AttrExtractable:        rpc.Truth(false),
		rpc.AttrNeverExtractable:   rpc.Truth(true),
		rpc.AttrSign:               rpc.Truth(true),
		rpc.AttrSignRecover:        rpc.Truth(false),
		rpc.AttrDecrypt:            rpc.Truth(false),
		rpc.AttrUnwrap:             rpc.Truth(false),
		rpc.AttrAlwaysAuthenticate: rpc.Truth(false),
		rpc.AttrWrapWithTrusted:    rpc.Truth(false),
	})
	return a
}
