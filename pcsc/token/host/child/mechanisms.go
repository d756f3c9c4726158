package child

import (
	"slices"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

// schemes are those that the module names for every token with keys that log in.
func (c *P11) schemes() []token.Scheme {
	all := token.Schemes()
	for _, p := range c.pieces {
		if p != c.signToken() {
			all = slices.DeleteFunc(all, func(s token.Scheme) bool { return !p.signsBy(c.ctx, s) })
		}
	}
	return all
}

// signsBy says whether the module names the scheme's mechanism for the token, for signatures (PKCS#11 v2.40, 3.2,
// CK_MECHANISM_INFO). What cannot be asked is not there.
func (p *piece) signsBy(ctx *pkcs11.Ctx, s token.Scheme) bool {
	mechanism, _ := signing(s, nil)
	info, err := ctx.GetMechanismInfo(p.slot, []*pkcs11.Mechanism{mechanism})
	return err == nil && info.Flags&pkcs11.CKF_SIGN != 0
}
