package child

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// maxUse is the longest body of OpUse in bytes: no scheme's name and no hash is longer than 64.
const maxUse = sha256.Size + 1 + 64 + 64

// use reads what is to be signed, and by which scheme.
func use(pipe io.Reader, card Card, n int) (answer []byte, opErr, err error) {
	if n <= sha256.Size || n > maxUse {
		return nil, nil, host.ErrFrame
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(pipe, body); err != nil {
		return nil, nil, err
	}
	cert, rest := [sha256.Size]byte(body), body[sha256.Size+1:]
	size := int(body[sha256.Size])
	if size > len(rest) {
		return nil, nil, host.ErrFrame
	}
	scheme, digest := token.Scheme(rest[:size]), rest[size:]
	if hash := scheme.Hash(); hash == 0 || len(digest) != hash.Size() {
		return nil, nil, host.ErrFrame
	}
	answer, opErr = card.Use(cert, scheme, digest)
	return answer, opErr, nil
}

// Use lets the key sign whose PIN Sign was given last. It logs nobody in, so that it can cost no try.
func (c *P11) Use(cert [sha256.Size]byte, scheme token.Scheme, digest []byte) ([]byte, error) {
	if c.ctx == nil || !c.proved.grants(cert) {
		return nil, token.ErrChanged
	}
	return c.proved.use(c.ctx, scheme, digest)
}

func (at place) use(ctx *pkcs11.Ctx, scheme token.Scheme, digest []byte) ([]byte, error) {
	key, err := at.key(ctx)
	if err != nil {
		return nil, err
	}
	if asksEachTime(ctx, at.session, key) {
		return nil, fmt.Errorf("%w: the key wants the PIN for each signature", token.ErrUnsupported)
	}
	mechanism, data := signing(scheme, digest)
	return at.signRaw(ctx, key, mechanism, data)
}

// asksEachTime says whether a key takes a PIN for one signature only, as keys for legal signatures do (PKCS#11 v2.40,
// 4.9, CKA_ALWAYS_AUTHENTICATE). A module that does not know the attribute has no such keys.
func asksEachTime(ctx *pkcs11.Ctx, session pkcs11.SessionHandle, key pkcs11.ObjectHandle) bool {
	attrs, err := ctx.GetAttributeValue(session, key, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_ALWAYS_AUTHENTICATE, nil)})
	if errors.Is(err, pkcs11.Error(pkcs11.CKR_ATTRIBUTE_TYPE_INVALID)) {
		return false
	}
	return err != nil || len(attrs) != 1 || len(attrs[0].Value) != 1 || attrs[0].Value[0] != 0
}

// signing is the mechanism of a scheme and what it takes. Raw RSA is none of them: what is signed is always bound to its
// hash, by DigestInfo or by the encoding of PSS.
func signing(scheme token.Scheme, digest []byte) (*pkcs11.Mechanism, []byte) {
	hash := scheme.Hash()
	if !scheme.IsPSS() {
		return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil), digestInfo(hash, digest)
	}
	named := map[crypto.Hash][2]uint{
		crypto.SHA256: {pkcs11.CKM_SHA256, pkcs11.CKG_MGF1_SHA256},
		crypto.SHA384: {pkcs11.CKM_SHA384, pkcs11.CKG_MGF1_SHA384},
		crypto.SHA512: {pkcs11.CKM_SHA512, pkcs11.CKG_MGF1_SHA512},
	}[hash]
	return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_PSS, pkcs11.NewPSSParams(named[0], named[1], uint(hash.Size()))), digest
}

// digestInfo is the DER of DigestInfo for a digest (RFC 8017, 9.2 note 1).
func digestInfo(hash crypto.Hash, digest []byte) []byte {
	last := map[crypto.Hash]byte{crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3}[hash] // of the OID 2.16.840.1.101.3.4.2.n
	size := byte(hash.Size())
	return bytes.Join([][]byte{
		{0x30, 17 + size, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last, 0x05, 0x00, 0x04, size}, digest}, nil)
}
