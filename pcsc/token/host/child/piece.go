package child

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

// maxObjects bounds how many certificates are read from one token.
const maxObjects = 64

// piece is one token of a card. Some modules show a card as one token, others as one for each of its PINs.
type piece struct {
	slot         uint
	session      pkcs11.SessionHandle
	kind, serial string
	tries        *int // of its PIN, where known
	loggedIn     bool
	signatures   bool // its certificates, authorities aside, are all for signatures
}

// certificate is one on a token.
type certificate struct {
	der []byte
	ids [][]byte          // CKA_ID, which its private key shares (PKCS#11 v2.40, 4.6.2); several when it is there several times
	x   *x509.Certificate // nil when it cannot be read
}

func newCertificate(der, id []byte) certificate {
	x, err := x509.ParseCertificate(der)
	if err != nil {
		x = nil
	}
	return certificate{der: der, ids: [][]byte{id}, x: x}
}

// isLeaf tells a person's certificate from an authority's, and forSignatures one whose key does nothing else (RFC 5280,
// 4.2.1.3) from one that logs in.
func (c certificate) isLeaf() bool { return c.x != nil && !c.x.IsCA }

func (c certificate) forSignatures() bool { return c.x.KeyUsage == x509.KeyUsageContentCommitment }

// openAll opens a session on each slot. A token that is not initialised has nothing to read, as the spare one of a module
// in software.
func openAll(ctx *pkcs11.Ctx, slots []uint) ([]*piece, error) {
	var pieces []*piece
	var failure error
	for _, slot := range slots {
		session, err := ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
		switch {
		case err == nil:
			pieces = append(pieces, &piece{slot: slot, session: session})
		case errors.Is(err, pkcs11.Error(pkcs11.CKR_TOKEN_NOT_RECOGNIZED)):
			failure = err
		default:
			return nil, err
		}
	}
	if len(pieces) == 0 {
		return nil, failure
	}
	return pieces, nil
}

// certificates reads every certificate of the token.
func (p *piece) certificates(ctx *pkcs11.Ctx) ([]certificate, error) {
	objects, err := p.find(ctx, pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE))
	if err != nil {
		return nil, err
	}
	var certs []certificate
	for _, object := range objects {
		attrs, err := ctx.GetAttributeValue(p.session, object, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil), pkcs11.NewAttribute(pkcs11.CKA_ID, nil)})
		if err != nil {
			return nil, cardError("reading a certificate", err)
		}
		certs = addCertificate(certs, newCertificate(attrs[0].Value, attrs[1].Value))
	}
	p.signatures = allForSignatures(certs)
	return certs, nil
}

// addCertificate adds one, or its id to that which is there.
func addCertificate(certs []certificate, c certificate) []certificate {
	for i := range certs {
		if bytes.Equal(certs[i].der, c.der) {
			certs[i].ids = append(certs[i].ids, c.ids...)
			return certs
		}
	}
	return append(certs, c)
}

func allForSignatures(certs []certificate) bool {
	leaves := slices.DeleteFunc(slices.Clone(certs), func(c certificate) bool { return !c.isLeaf() })
	return len(leaves) > 0 && !slices.ContainsFunc(leaves, func(c certificate) bool { return !c.forSignatures() })
}

// login verifies the PIN. The module's string aliases the locked page and does not outlive the call, so that the only
// copies are the module's own.
func (p *piece) login(ctx *pkcs11.Ctx, pin []byte) error {
	if err := p.logout(ctx); err != nil {
		return err
	}
	if err := ctx.Login(p.session, pkcs11.CKU_USER, alias(pin)); err != nil {
		return p.pinError(ctx, err)
	}
	p.loggedIn, p.tries = true, nil // a right PIN gives the card its tries back; how many that is, it has not told
	return nil
}

func (p *piece) logout(ctx *pkcs11.Ctx) error {
	if !p.loggedIn {
		return nil
	}
	p.loggedIn = false
	if err := ctx.Logout(p.session); err != nil {
		return cardError("logging out", err)
	}
	return nil
}

// pinError keeps count: the card is ours alone, so every try that it lost since Open was lost here.
func (p *piece) pinError(ctx *pkcs11.Ctx, err error) error {
	var rv pkcs11.Error
	if !errors.As(err, &rv) {
		return cardError("logging in", err)
	}
	switch rv {
	case pkcs11.CKR_PIN_INCORRECT:
		p.lose(1)
		p.recount(ctx)
		if p.tries != nil && *p.tries == 0 {
			return &token.PINError{Reason: token.Blocked, Tries: p.tries}
		}
		return &token.PINError{Reason: token.Wrong, Tries: p.tries}
	case pkcs11.CKR_PIN_LOCKED:
		none := 0
		p.tries = &none
		return &token.PINError{Reason: token.Blocked, Tries: p.tries}
	case pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_INVALID:
		return &token.PINError{Reason: token.Length, Tries: p.tries}
	}
	return cardError("logging in", err)
}

func (p *piece) lose(n int) {
	if p.tries == nil {
		return
	}
	left := max(*p.tries-n, 0)
	p.tries = &left
}

// recount asks the card, which is ours alone by now, what the token is and whether its PIN is blocked or at its last try
// (PKCS#11 v2.40, 3.2, flags of CK_TOKEN_INFO). Between Probe's look and the module's hold another program may have spent
// tries.
func (p *piece) recount(ctx *pkcs11.Ctx) {
	info, err := ctx.GetTokenInfo(p.slot)
	if err != nil {
		return
	}
	p.kind, p.serial = trim(info.Model), trim(info.SerialNumber)
	switch {
	case info.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		p.atMost(new(0))
	case info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
		p.atMost(new(1))
	}
}

// atMost lowers the number of tries to what somebody else has heard. Nil is nothing heard.
func (p *piece) atMost(most *int) {
	if p.tries == nil || most != nil && *p.tries > *most {
		p.tries = most
	}
}

// check asks the module whether the token still grants what the PIN opened. With OpenSC and a card that tells the state of
// its PIN, that is one empty VERIFY.
func (p *piece) check(ctx *pkcs11.Ctx) error {
	if !p.loggedIn {
		return token.ErrChanged
	}
	info, err := ctx.GetSessionInfo(p.session)
	if err != nil {
		return cardError("asking for the session's state", err)
	}
	if info.State != pkcs11.CKS_RO_USER_FUNCTIONS {
		return token.ErrChanged
	}
	return nil
}

func (p *piece) find(ctx *pkcs11.Ctx, template ...*pkcs11.Attribute) ([]pkcs11.ObjectHandle, error) {
	if err := ctx.FindObjectsInit(p.session, template); err != nil {
		return nil, cardError("searching", err)
	}
	found, _, err := ctx.FindObjects(p.session, maxObjects)
	if ferr := ctx.FindObjectsFinal(p.session); err == nil {
		err = ferr
	}
	if err != nil {
		return nil, cardError("searching", err)
	}
	return found, nil
}

// privateKeys finds the private keys that share one of a certificate's ids. A token may hide them until somebody is
// logged in.
func (p *piece) privateKeys(ctx *pkcs11.Ctx, ids [][]byte) ([]pkcs11.ObjectHandle, error) {
	var keys []pkcs11.ObjectHandle
	for _, id := range ids {
		found, err := p.find(ctx, pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), pkcs11.NewAttribute(pkcs11.CKA_ID, id))
		if err != nil {
			return nil, err
		}
		keys = append(keys, found...)
	}
	return keys, nil
}
