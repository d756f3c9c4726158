package sso

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/miekg/pkcs11"
)

// card is how a Go program uses a card by PKCS#11: what is in the first slot that has one. It is a crypto.Signer.
type card struct {
	module  *pkcs11.Ctx
	session pkcs11.SessionHandle
	key     pkcs11.ObjectHandle
	cert    *x509.Certificate
}

func newCard(path string) (*card, error) {
	m := pkcs11.New(path)
	if m == nil {
		return nil, fmt.Errorf("%s is no module", path)
	}
	return &card{module: m}, m.Initialize()
}

var errNoCard = errors.New("there is no card")

// slots counts those with a card.
func (c *card) slots() (string, error) {
	found, err := c.module.GetSlotList(true)
	return strconv.Itoa(len(found)), err
}

// open opens a session and finds the first key with its certificate. A session of before is forgotten, not closed.
func (c *card) open() error {
	slots, err := c.module.GetSlotList(true)
	if err != nil {
		return err
	}
	if len(slots) == 0 {
		return errNoCard
	}
	if c.session, err = c.module.OpenSession(slots[0], pkcs11.CKF_SERIAL_SESSION); err != nil {
		return err
	}
	if c.key, err = c.find(pkcs11.CKO_PRIVATE_KEY, nil); err != nil {
		return err
	}
	id, err := c.module.GetAttributeValue(c.session, c.key, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_ID, nil)})
	if err != nil {
		return err
	}
	object, err := c.find(pkcs11.CKO_CERTIFICATE, id[0].Value)
	if err != nil {
		return err
	}
	value, err := c.module.GetAttributeValue(c.session, object, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
	if err != nil {
		return err
	}
	c.cert, err = x509.ParseCertificate(value[0].Value)
	return err
}

// find finds the first object of a class, with an ID unless that is nil.
func (c *card) find(class uint, id []byte) (pkcs11.ObjectHandle, error) {
	want := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class)}
	if id != nil {
		want = append(want, pkcs11.NewAttribute(pkcs11.CKA_ID, id))
	}
	if err := c.module.FindObjectsInit(c.session, want); err != nil {
		return 0, err
	}
	found, _, err := c.module.FindObjects(c.session, 1)
	if err := errors.Join(err, c.module.FindObjectsFinal(c.session)); err != nil {
		return 0, err
	}
	if len(found) == 0 {
		return 0, errNoCard
	}
	return found[0], nil
}

// Public is the key's public half.
func (c *card) Public() crypto.PublicKey { return c.cert.PublicKey }

// Sign signs a digest, as crypto/tls asks for it.
func (c *card) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	mechanism, data := pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil), append(prefix(opts.HashFunc()), digest...)
	if _, pss := opts.(*rsa.PSSOptions); pss {
		mechanism, data = pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_PSS, pssParams(opts.HashFunc())), digest
	}
	if err := c.module.SignInit(c.session, []*pkcs11.Mechanism{mechanism}, c.key); err != nil {
		return nil, err
	}
	return c.module.Sign(c.session, data)
}

// signSomething signs in the session that is open.
func (c *card) signSomething() error {
	digest := sha256.Sum256([]byte("something"))
	_, err := c.Sign(nil, digest[:], crypto.SHA256)
	return err
}

// prefix is what PKCS #1 puts before a digest (RFC 8017, 9.2, note 1).
func prefix(h crypto.Hash) []byte {
	last := map[crypto.Hash]byte{crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3}[h]
	n := byte(h.Size())
	return []byte{0x30, 0x11 + n, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last, 0x05, 0x00, 0x04, n}
}

// pssParams has a salt as long as the hash, as TLS asks for it (RFC 8446, 4.2.3).
func pssParams(h crypto.Hash) []byte {
	hash := map[crypto.Hash]uint{crypto.SHA256: pkcs11.CKM_SHA256, crypto.SHA384: pkcs11.CKM_SHA384, crypto.SHA512: pkcs11.CKM_SHA512}[h]
	mgf := map[crypto.Hash]uint{crypto.SHA256: pkcs11.CKG_MGF1_SHA256, crypto.SHA384: pkcs11.CKG_MGF1_SHA384, crypto.SHA512: pkcs11.CKG_MGF1_SHA512}[h]
	return pkcs11.NewPSSParams(hash, mgf, uint(h.Size()))
}
