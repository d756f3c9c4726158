package testpki

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"time"
)

// Object identifiers of what servers' certificates say.
var (
	oidKDC      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 2, 3, 5} // id-pkinit-KPKdc, RFC 4556, 3.2.4
	oidKerberos = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 2, 2}    // id-pkinit-san, RFC 4556, 3.2.2
)

const (
	tagGeneralString = 27 // X.680, 8.4; what Kerberos' strings are, RFC 4120, 5.2.1
	nameService      = 2  // NT-SRV-INST, RFC 4120, 6.2
)

// Server is whom a server's certificate is for.
type Server struct {
	Names []string // DNS names; the first is the subject's common name too
	Realm string   // not empty: the certificate is that of this Kerberos realm's KDC (RFC 4556, 3.2.4)
}

// IssueServer makes a certificate and key of a server, named "server", that is valid for 90 days and for the address
// 127.0.0.1 beside its names. It is issued by the authority "SITHS e-id Function CA v1" below the root, which ServerCA tells.
func (p *PKI) IssueServer(s Server) (*Pair, error) {
	issuer, err := p.ServerCA()
	if err != nil {
		return nil, err
	}
	key, err := p.opts.Keys.get(keyKind{bits: p.opts.LeafBits})
	if err != nil {
		return nil, fmt.Errorf("making a server's key: %w", err)
	}
	template, err := p.serverTemplate(s, &key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("writing a server's certificate: %w", err)
	}
	cert, err := sign(template, issuer.Cert, &key.PublicKey, issuer.Key)
	if err != nil {
		return nil, fmt.Errorf("issuing a server's certificate: %w", err)
	}
	return &Pair{Name: "server", Cert: cert, Key: key}, nil
}

// ServerCA returns the authority of servers' certificates. It is made at the first call.
func (p *PKI) ServerCA() (*CA, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.servers == nil {
		made, err := p.IssueCA(OtherCA{CommonName: p.opts.Hierarchy.commonName("Function CA v1")})
		if err != nil {
			return nil, err
		}
		p.servers = made
	}
	return p.servers, nil
}

func (p *PKI) serverTemplate(s Server, key *rsa.PublicKey) (*x509.Certificate, error) {
	serial, err := serialNumber(p.now())
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Country: []string{"SE"}, CommonName: s.Names[0]},
		NotBefore:    p.now().Add(-time.Hour),
		NotAfter:     p.now().AddDate(0, 0, 90),
		SubjectKeyId: keyID(key),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     s.Names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if s.Realm == "" {
		return template, nil
	}
	template.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oidKDC}
	names, err := kdcNames(s)
	template.ExtraExtensions = []pkix.Extension{names}
	return template, err
}

// kdcNames is the subjectAltName of a KDC: its principal name and its DNS names.
func kdcNames(s Server) (pkix.Extension, error) {
	principal, err := asn1.MarshalWithParams(kerberosOther{oidKerberos, ticketGranter(s.Realm)}, "tag:0")
	if err != nil {
		return pkix.Extension{}, err
	}
	names := []asn1.RawValue{{FullBytes: principal}}
	for _, name := range s.Names {
		names = append(names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte(name)}) // dNSName, RFC 5280, 4.2.1.6
	}
	return extension(oidSAN, names)
}

// kerberosOther is an otherName (RFC 5280, 4.2.1.6) that holds a KRB5PrincipalName (RFC 4556, 3.2.2).
type kerberosOther struct {
	ID    asn1.ObjectIdentifier
	Value kerberosPrincipal `asn1:"explicit,tag:0"`
}

type kerberosPrincipal struct {
	Realm asn1.RawValue // [0] GeneralString
	Name  kerberosName  `asn1:"explicit,tag:1"`
}

// kerberosName is a PrincipalName (RFC 4120, 5.2.2).
type kerberosName struct {
	Type  int             `asn1:"explicit,tag:0"`
	Words []asn1.RawValue `asn1:"explicit,tag:1"`
}

func ticketGranter(realm string) kerberosPrincipal {
	tagged := asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: generalString(realm).FullBytes}
	return kerberosPrincipal{tagged, kerberosName{nameService, []asn1.RawValue{generalString("krbtgt"), generalString(realm)}}}
}

func generalString(text string) asn1.RawValue {
	der, _ := asn1.Marshal(asn1.RawValue{Tag: tagGeneralString, Bytes: []byte(text)}) // cannot fail
	return asn1.RawValue{FullBytes: der}
}
