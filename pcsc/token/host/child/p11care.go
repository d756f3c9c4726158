package child

import (
	"crypto/sha256"
	"errors"
	"unsafe"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

// Change logs in with the old PIN and sets the new one. A PIN that is wrong ends at the login: it costs the one try.
func (c *P11) Change(which token.Which, cert [sha256.Size]byte, old, fresh []byte) error {
	p, session, done, err := c.careSession(which, cert)
	if err != nil {
		return err
	}
	defer done()
	if err := present(func() error { return p.login(c.ctx, old) }); err != nil {
		return err
	}
	err = careError(c.ctx.SetPIN(session, alias(old), alias(fresh)), token.Wrong, token.Blocked)
	if which == token.Sign { // nobody here signs with it
		err = errors.Join(err, p.logout(c.ctx))
	}
	return err
}

// Unblock sets the PIN on the proof of the PUK. With OpenSC C_SetPIN does that where nobody is logged in (opensc.conf(5),
// user_pin_unblock_style); of any other module C_SetPIN would take the PUK for an old PIN, and the way is the standard's:
// the PUK logs the security officer in, who may set the PIN (PKCS#11 v2.40, 5.5, C_InitPIN).
func (c *P11) Unblock(which token.Which, cert [sha256.Size]byte, puk, fresh []byte) error {
	p, session, done, err := c.careSession(which, cert)
	if err != nil {
		return err
	}
	defer done()
	if err := p.logout(c.ctx); err != nil {
		return err
	}
	set := func() error { return c.ctx.SetPIN(session, alias(puk), alias(fresh)) }
	if !isOpenSC(c.ctx) {
		set = func() error { return c.asOfficer(p.slot, puk, fresh) }
	}
	return careError(present(set), token.PUKWrong, token.PUKBlocked)
}

// asOfficer sets the PIN as the security officer, who cannot be logged in beside a session that only reads (PKCS#11 v2.40,
// 5.6, C_Login): those are closed, and the card has to be opened anew afterwards.
func (c *P11) asOfficer(slot uint, puk, fresh []byte) error {
	if err := c.ctx.CloseAllSessions(slot); err != nil {
		return err
	}
	session, err := c.ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return err
	}
	if err := c.ctx.Login(session, pkcs11.CKU_SO, alias(puk)); err != nil {
		return err
	}
	return errors.Join(c.ctx.InitPIN(session, alias(fresh)), c.ctx.Logout(session))
}

// careSession opens a session that may write on the token whose PIN it is.
func (c *P11) careSession(which token.Which, cert [sha256.Size]byte) (*piece, pkcs11.SessionHandle, func(), error) {
	at, err := c.home(cert)
	if err != nil {
		return nil, 0, nil, err
	}
	p := at.piece
	if which == token.Sign {
		if p = c.signToken(); p == nil || p == at.piece {
			return nil, 0, nil, token.ErrNoCare
		}
	}
	session, err := c.ctx.OpenSession(p.slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return nil, 0, nil, cardError("opening a session that may write", err)
	}
	return p, session, func() { _ = c.ctx.CloseSession(session) }, nil
}

// careError tells what a refused change says of the code that was shown.
func careError(err error, wrong, blocked token.PINReason) error {
	var rv pkcs11.Error
	if err == nil {
		return nil
	}
	if !errors.As(err, &rv) {
		return cardError("setting a PIN", err)
	}
	switch rv {
	case pkcs11.CKR_PIN_INCORRECT:
		return &token.PINError{Reason: wrong}
	case pkcs11.CKR_PIN_LOCKED:
		return &token.PINError{Reason: blocked}
	case pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_INVALID:
		return &token.PINError{Reason: token.Length}
	case pkcs11.CKR_FUNCTION_NOT_SUPPORTED, pkcs11.CKR_USER_PIN_NOT_INITIALIZED, pkcs11.CKR_USER_TYPE_INVALID,
		pkcs11.CKR_TOKEN_WRITE_PROTECTED:
		return token.ErrNoCare
	}
	return cardError("setting a PIN", err)
}

// alias lends a locked page to a module as the string that the binding wants. It must not outlive the call.
func alias(code []byte) string { return unsafe.String(unsafe.SliceData(code), len(code)) }
