package vcard

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
)

// Files of a PKCS #15 card by identifier (PKCS #15 v1.1, 5.4 and 5.5: EF(DIR), DF(PKCS15), EF(ODF), EF(TokenInfo)). The
// others are named by those, so their identifiers are free.
const (
	fileMaster       = 0x3F00
	fileDIR          = 0x2F00
	fileApplication  = 0x5015
	fileODF          = 0x5031
	fileTokenInfo    = 0x5032
	fileAODF         = 0x4401
	filePrKDF        = 0x4402
	fileCDF          = 0x4403
	fileFirstOfCerts = 0x4501
)

// References of the two PINs: numbers 1 and 2 of those that are the application's own (ISO/IEC 7816-4, table 65). Their
// PUKs are never given to a command by reference; ISO/IEC 7816-4 has RESET RETRY COUNTER name the PIN.
const (
	referenceAuth = 0x81
	referenceSign = 0x82
)

// firstP15Key is the reference of the first key.
const firstP15Key = 1

// p15AID names a PKCS #15 application (PKCS #15 v1.1, 5.3.1: RID A000000063 and "PKCS-15").
func p15AID() []byte { return append([]byte{0xA0, 0x00, 0x00, 0x00, 0x63}, "PKCS-15"...) }

// p15Code is a code as the authentication object directory lists it.
type p15Code struct {
	id        byte
	label     string
	reference int
	flags     []int
	guard     byte // id of the code that unblocks it; 0: none
}

// p15Codes are the codes of a card: the labels are those that a SITHS card shows through Net iD.
func p15Codes(auth, sign *pin) []p15Code {
	codes := []p15Code{
		{id: 1, label: "Legitimering", reference: referenceAuth, guard: 3},
		{id: 2, label: "Underskrift", reference: referenceSign, guard: 4},
		{id: 3, label: "PUK Legitimering", reference: 0x83, flags: []int{p15PINUnblocking}},
		{id: 4, label: "PUK Underskrift", reference: 0x84, flags: []int{p15PINUnblocking}},
	}
	listed := codes[:2]
	for i, p := range []*pin{auth, sign} {
		if p.puk == nil {
			listed[i].guard = 0
			continue
		}
		listed = append(listed, codes[2+i])
	}
	return listed
}

func (c p15Code) object() (o p15PIN) {
	o.Common = p15Common{Label: c.label, Flags: named(p15Private)}
	if c.guard != 0 {
		o.Common.AuthID = []byte{c.guard}
	}
	o.Class.AuthID = []byte{c.id}
	o.Type = p15PINAttributes{
		Flags: named(append(c.flags, p15PINLocal, p15PINInitialized, p15PINPadded)...),
		Type:  p15ASCIINumeric, Min: minPINLen, Stored: paddedPINLen, Max: paddedPINLen, Reference: c.reference, Pad: []byte{0},
	}
	return o
}

// p15Files lays out the card's files, by path below the master file.
func p15Files(content *Content, auth, sign *pin) (map[string][]byte, error) {
	pairs, err := content.shown()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"": nil, path(fileApplication): nil}
	var keys []p15PrivateKey
	var certs []p15Certificate
	for i, pair := range pairs {
		if pair.Key != nil {
			keys = append(keys, p15Key(pair, i))
		}
		certs = append(certs, p15Cert(pair, i))
		files[path(fileApplication, fileFirstOfCerts+i)] = pair.Certificate.Raw
	}
	var codes []p15PIN
	for _, code := range p15Codes(auth, sign) {
		codes = append(codes, code.object())
	}
	return files, addDirectories(files, content.ID, codes, keys, certs)
}

// addDirectories adds the files that say where everything is.
func addDirectories(files map[string][]byte, id [idLen]byte, codes []p15PIN, keys []p15PrivateKey, certs []p15Certificate) error {
	dir, err := asn1.MarshalWithParams(struct { // an application template (ISO/IEC 7816-4, 8.2.1.1, table 87)
		AID   []byte `asn1:"application,tag:15"`
		Label []byte `asn1:"application,tag:16"`
		Path  []byte `asn1:"application,tag:17"`
	}{p15AID(), []byte("SITHS"), []byte(path(fileMaster, fileApplication))}, "application,tag:1")
	if err != nil {
		return err
	}
	files[path(fileDIR)] = dir
	var odf []asn1.RawValue
	for _, class := range []struct{ tag, file int }{{p15PrivateKeys, filePrKDF}, {p15Certificates, fileCDF}, {p15AuthObjects, fileAODF}} {
		pointer, err := p15Pointer(class.tag, []byte(path(fileMaster, fileApplication, class.file)))
		if err != nil {
			return err
		}
		odf = append(odf, pointer)
	}
	info := p15TokenInfo{Serial: id[:], Manufacturer: "siths-vcard", Label: "SITHS e-id kort", Flags: named(p15TokenReadOnly, p15TokenLogin)}
	for file, write := range map[int]func() ([]byte, error){
		fileODF:       func() ([]byte, error) { return p15File(odf...) },
		fileTokenInfo: func() ([]byte, error) { return p15File(info) },
		fileAODF:      func() ([]byte, error) { return p15File(codes...) },
		filePrKDF:     func() ([]byte, error) { return p15File(keys...) },
		fileCDF:       func() ([]byte, error) { return p15File(certs...) },
	} {
		if files[path(fileApplication, file)], err = write(); err != nil {
			return err
		}
	}
	return nil
}

// p15Key describes a key. It has no file of its own: its reference tells it.
func p15Key(pair Pair, i int) (o p15PrivateKey) {
	usage, guard := p15UseSign, byte(1)
	if isForSignatures(pair.Certificate) {
		usage, guard = p15UseNonRepudia, 2
	}
	o.Common = p15Common{Label: pair.Certificate.Subject.CommonName, Flags: named(p15Private), AuthID: []byte{guard}}
	o.Class = p15KeyAttributes{ID: []byte{byte(i + 1)}, Usage: named(p15UseSign, usage),
		Access: named(p15KeySensitive, p15KeyAlways, p15KeyNoExtract), Reference: firstP15Key + i}
	o.Type = p15RSAKey{Value: p15Path{[]byte{}}, Bits: keyBits(pair.Key)}
	return o
}

func p15Cert(pair Pair, i int) (o p15Certificate) {
	o.Common = p15Common{Label: pair.Certificate.Subject.CommonName}
	o.Class = p15CertificateAttributes{ID: []byte{byte(i + 1)}, Authority: pair.Key == nil}
	o.Type.Value = p15Path{[]byte(path(fileMaster, fileApplication, fileFirstOfCerts+i))}
	return o
}

// guardedKey is a private key with the PIN that has to be verified before it signs.
type guardedKey struct {
	*rsa.PrivateKey
	pin *pin
}

// p15Keys numbers the private keys in the order of their certificates. The key for signatures has a PIN of its own.
func p15Keys(content *Content, auth, sign *pin) map[byte]guardedKey {
	keys := map[byte]guardedKey{}
	for i, pair := range content.Pairs {
		guard := auth
		if isForSignatures(pair.Certificate) {
			guard = sign
		}
		keys[byte(firstP15Key+i)] = guardedKey{pair.Key, guard}
	}
	return keys
}

// isForSignatures tells the certificate of a person's signatures from the one to log in with (RFC 5280, 4.2.1.3).
func isForSignatures(cert *x509.Certificate) bool {
	return cert.KeyUsage == x509.KeyUsageContentCommitment
}

// path joins file identifiers.
func path(ids ...int) string {
	var p []byte
	for _, id := range ids {
		p = append(p, byte(id>>8), byte(id))
	}
	return string(p)
}
