package child

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// maxObjects bounds how many certificates are read from one card.
const maxObjects = 64

// P11 is a card behind a PKCS#11 module. It holds the card from Open to Close. The zero value is not open.
type P11 struct {
	// Probe asks the card for its PIN tries before the module takes it, and resets it. Its errors are package token's.
	Probe func(reader string) (*int, error)

	ctx      *pkcs11.Ctx
	slot     uint
	session  pkcs11.SessionHandle
	keys     map[[sha256.Size]byte][]byte // certificate → CKA_ID, which its private key shares (PKCS#11 v2.40, 4.6.2)
	tries    *int
	loggedIn bool
}

// Open lets the first module that knows the card take it, and reads every certificate once.
func (c *P11) Open(req host.OpenRequest) (token.Info, error) {
	if c.ctx != nil {
		return token.Info{}, fmt.Errorf("%w: already open", token.ErrChanged)
	}
	tries, err := c.Probe(req.Reader)
	if err != nil {
		return token.Info{}, err
	}
	c.tries = tries
	var failures []error
	for _, name := range req.Modules {
		err := c.take(name, req.Reader)
		if err == nil {
			return c.read(name)
		}
		failures = append(failures, fmt.Errorf("%s: %w", name, err))
	}
	return token.Info{}, c.explain(req.Reader, errors.Join(failures...))
}

// explain tells a card that no module takes from one that is gone, or that another program has taken meanwhile.
func (c *P11) explain(reader string, failures error) error {
	if _, err := c.Probe(reader); err != nil {
		return err
	}
	return fmt.Errorf("%w: %w", token.ErrUnsupported, failures)
}

func (c *P11) take(module, reader string) error {
	ctx, err := load(module)
	if err != nil {
		return err
	}
	slot, err := slotOf(ctx, reader)
	if err == nil {
		c.session, err = ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
	}
	if err != nil {
		_ = ctx.Finalize()
		ctx.Destroy()
		return err
	}
	c.ctx, c.slot = ctx, slot
	return nil
}

func (c *P11) read(module string) (token.Info, error) {
	t := c.recount()
	info := token.Info{Module: module, Tries: c.tries, Kind: trim(t.Model), Serial: trim(t.SerialNumber)}
	c.keys = map[[sha256.Size]byte][]byte{}
	certs, err := c.find(pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE))
	if err != nil {
		return token.Info{}, err
	}
	for _, obj := range certs {
		attrs, err := c.ctx.GetAttributeValue(c.session, obj, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil), pkcs11.NewAttribute(pkcs11.CKA_ID, nil)})
		if err != nil {
			return token.Info{}, cardError("reading a certificate", err)
		}
		c.keys[sha256.Sum256(attrs[0].Value)] = attrs[1].Value
		info.Certs = append(info.Certs, attrs[0].Value)
	}
	return info, nil
}

// Sign spends exactly one VERIFY on the PIN and lets the key of cert sign message.
func (c *P11) Sign(pin []byte, cert [sha256.Size]byte, message []byte) ([]byte, error) {
	id, ok := c.keys[cert]
	if c.ctx == nil || !ok {
		return nil, token.ErrNoKey
	}
	if err := c.login(pin); err != nil {
		return nil, err
	}
	keys, err := c.find(pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), pkcs11.NewAttribute(pkcs11.CKA_ID, id))
	if err != nil {
		return nil, err
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("%w: %d keys share its id", token.ErrNoKey, len(keys))
	}
	if err := c.ctx.SignInit(c.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil)}, keys[0]); err != nil {
		return nil, cardError("starting a signature", err)
	}
	sig, err := c.ctx.Sign(c.session, digestInfo(message))
	if err != nil {
		return nil, cardError("signing", err)
	}
	return sig, nil
}

// login verifies the PIN. The module's string aliases the locked page and does not outlive the call, so that the only
// copies are the module's own.
func (c *P11) login(pin []byte) error {
	if err := c.logout(); err != nil {
		return err
	}
	err := c.ctx.Login(c.session, pkcs11.CKU_USER, alias(pin))
	if err != nil {
		return c.pinError(err)
	}
	c.loggedIn, c.tries = true, nil // a right PIN gives the card its tries back; how many that is, it has not told
	return nil
}

func (c *P11) logout() error {
	if !c.loggedIn {
		return nil
	}
	c.loggedIn = false
	if err := c.ctx.Logout(c.session); err != nil {
		return cardError("logging out", err)
	}
	return nil
}

// pinError keeps count: the card is ours alone, so every try that it lost since Open was lost here.
func (c *P11) pinError(err error) error {
	var rv pkcs11.Error
	if !errors.As(err, &rv) {
		return cardError("logging in", err)
	}
	switch rv {
	case pkcs11.CKR_PIN_INCORRECT:
		c.lose(1)
		c.recount()
		if c.tries != nil && *c.tries == 0 {
			return &token.PINError{Reason: token.Blocked, Tries: c.tries}
		}
		return &token.PINError{Reason: token.Wrong, Tries: c.tries}
	case pkcs11.CKR_PIN_LOCKED:
		none := 0
		c.tries = &none
		return &token.PINError{Reason: token.Blocked, Tries: c.tries}
	case pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_INVALID:
		return &token.PINError{Reason: token.Length, Tries: c.tries}
	}
	return cardError("logging in", err)
}

func (c *P11) lose(n int) {
	if c.tries == nil {
		return
	}
	left := max(*c.tries-n, 0)
	c.tries = &left
}

// recount asks the card, which is ours alone by now, whether its PIN is blocked or at its last try (PKCS#11 v2.40, 3.2,
// flags of CK_TOKEN_INFO). Between Probe's look and the module's hold another program may have spent tries. It returns
// what the token tells of itself, nothing when it does not answer.
func (c *P11) recount() pkcs11.TokenInfo {
	info, err := c.ctx.GetTokenInfo(c.slot)
	if err != nil {
		return pkcs11.TokenInfo{}
	}
	var most int
	switch {
	case info.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		most = 0
	case info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
		most = 1
	default:
		return info
	}
	if c.tries == nil || *c.tries > most {
		c.tries = &most
	}
	return info
}

// Check asks the card itself whether it still grants what the PIN opened: a card that was reset or swapped does not.
// With OpenSC that is one empty VERIFY.
func (c *P11) Check() error {
	if c.ctx == nil || !c.loggedIn {
		return token.ErrChanged
	}
	info, err := c.ctx.GetSessionInfo(c.session)
	if err != nil {
		return cardError("asking for the session's state", err)
	}
	if info.State != pkcs11.CKS_RO_USER_FUNCTIONS {
		return token.ErrChanged
	}
	return nil
}

// Close logs out and lets go of the card, which resets it. Closing twice is harmless.
func (c *P11) Close() error {
	if c.ctx == nil {
		return nil
	}
	if c.loggedIn {
		_ = c.ctx.Logout(c.session) // the reset below is what counts
	}
	_ = c.ctx.CloseAllSessions(c.slot)
	err := c.ctx.Finalize()
	c.ctx.Destroy()
	c.ctx, c.loggedIn = nil, false
	return err
}

func (c *P11) find(template ...*pkcs11.Attribute) ([]pkcs11.ObjectHandle, error) {
	if err := c.ctx.FindObjectsInit(c.session, template); err != nil {
		return nil, cardError("searching", err)
	}
	found, _, err := c.ctx.FindObjects(c.session, maxObjects)
	if ferr := c.ctx.FindObjectsFinal(c.session); err == nil {
		err = ferr
	}
	if err != nil {
		return nil, cardError("searching", err)
	}
	return found, nil
}

// sha256Prefix is the DER of DigestInfo for SHA-256 up to the hash (RFC 8017, 9.2 note 1).
var sha256Prefix = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

func digestInfo(message []byte) []byte {
	sum := sha256.Sum256(message)
	return append(bytes.Clone(sha256Prefix), sum[:]...)
}

func trim(s string) string { return strings.TrimRight(s, " \x00") }
