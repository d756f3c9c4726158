package vcard

import (
	"encoding/asn1"
	"fmt"
)

// The data objects of PKCS #15 v1.1 (RSA Laboratories, 2000), section 6, in their DER form. ISO/IEC 7816-15 has the same.

// p15Object is one object of a directory file (6.1.9): what all objects have, what its class has, and what its type has.
type p15Object[C, T any] struct {
	Common p15Common
	Class  C
	Type   T `asn1:"explicit,tag:1"`
}

// p15Common is CommonObjectAttributes (6.1.8).
type p15Common struct {
	Label  string         `asn1:"utf8"`
	Flags  asn1.BitString `asn1:"optional"`
	AuthID []byte         `asn1:"optional"` // of the code that guards the object
}

// p15Path is Path (6.1.5), and as such a ReferencedValue (6.1.10).
type p15Path struct{ Path []byte }

// p15PIN is CommonAuthenticationObjectAttributes with PinAttributes (6.8.1, 6.8.2).
type p15PIN = p15Object[struct{ AuthID []byte }, p15PINAttributes]

type p15PINAttributes struct {
	Flags     asn1.BitString
	Type      asn1.Enumerated
	Min       int
	Stored    int
	Max       int
	Reference int `asn1:"tag:0"`
	Pad       []byte
}

// p15PrivateKey is CommonKeyAttributes with PrivateRSAKeyAttributes (6.2.9, 6.3.3).
type p15PrivateKey = p15Object[p15KeyAttributes, p15RSAKey]

type p15KeyAttributes struct {
	ID        []byte
	Usage     asn1.BitString
	Access    asn1.BitString
	Reference int
}

type p15RSAKey struct {
	Value p15Path
	Bits  int
}

// p15Certificate is CommonCertificateAttributes with X509CertificateAttributes (6.6.1, 6.6.2).
type p15Certificate = p15Object[p15CertificateAttributes, struct{ Value p15Path }]

type p15CertificateAttributes struct {
	ID        []byte
	Authority bool `asn1:"optional"`
}

// p15TokenInfo is TokenInfo (6.9).
type p15TokenInfo struct {
	Version      int
	Serial       []byte
	Manufacturer string `asn1:"utf8"`
	Label        string `asn1:"utf8,tag:0"`
	Flags        asn1.BitString
}

// Numbers of bits in the flags of objects (6.1.8), PINs (6.8.2), keys (6.2.9) and tokens (6.9).
const (
	p15Private        = 0
	p15PINLocal       = 1
	p15PINInitialized = 4
	p15PINPadded      = 5
	p15PINUnblocking  = 6
	p15UseSign        = 2
	p15UseNonRepudia  = 9
	p15KeySensitive   = 0
	p15KeyAlways      = 2
	p15KeyNoExtract   = 3
	p15TokenReadOnly  = 0
	p15TokenLogin     = 1
)

// p15ASCIINumeric is the type of a PIN of digits (6.8.2).
const p15ASCIINumeric = 1

// Tags of the directory files in the object directory file (6.2).
const (
	p15PrivateKeys  = 0
	p15Certificates = 4
	p15AuthObjects  = 8
)

// named writes a string of named bits, without zeros at its end (ITU-T X.690, 11.2.2).
func named(bits ...int) asn1.BitString {
	var s asn1.BitString
	for _, bit := range bits {
		for len(s.Bytes) <= bit/8 {
			s.Bytes = append(s.Bytes, 0)
		}
		s.Bytes[bit/8] |= 0x80 >> (bit % 8)
		s.BitLength = max(s.BitLength, bit+1)
	}
	return s
}

// p15File writes objects one after the other, as directory files hold them.
func p15File[T any](objects ...T) ([]byte, error) {
	var file []byte
	for _, object := range objects {
		der, err := asn1.Marshal(object)
		if err != nil {
			return nil, fmt.Errorf("writing a directory file: %w", err)
		}
		file = append(file, der...)
	}
	return file, nil
}

// p15Pointer is one entry of the object directory file: where the objects of a class are listed.
func p15Pointer(class int, path []byte) (asn1.RawValue, error) {
	der, err := asn1.Marshal(p15Path{path})
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: class, IsCompound: true, Bytes: der}, err
}
