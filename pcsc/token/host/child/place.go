package child

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"fmt"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

// place is a certificate on one of the card's tokens.
type place struct {
	*piece
	certificate
}

// home finds the token whose PIN guards the key of a certificate. Keys may be hidden until somebody is logged in, but a
// certificate lies with its key. When several tokens show it, the one that shows the key too is meant; when that is not
// one, no token gets the PIN.
func (c *P11) home(cert [sha256.Size]byte) (place, error) {
	places := c.places[cert]
	if c.ctx == nil || len(places) == 0 {
		return place{}, token.ErrNoKey
	}
	if len(places) > 1 {
		var err error
		if places, err = c.withKey(places); err != nil {
			return place{}, err
		}
	}
	if len(places) != 1 {
		return place{}, fmt.Errorf("%w: %d tokens may have it", token.ErrNoKey, len(places))
	}
	return pinToken(places[0], c.pieces), nil
}

// withKey leaves the places at which a private key is shown.
func (c *P11) withKey(places []place) ([]place, error) {
	var shown []place
	for _, at := range places {
		keys, err := at.privateKeys(c.ctx, at.ids)
		if err != nil {
			return nil, err
		}
		if len(keys) > 0 {
			shown = append(shown, at)
		}
	}
	return shown, nil
}

// signToken is the token for signatures beside that of another PIN, nil when there is not exactly one.
func (c *P11) signToken() (found *piece) {
	count := 0
	for _, p := range c.pieces {
		if p.signatures {
			found = p
			count++
		}
	}
	if count != 1 || len(c.pieces) == 1 {
		return nil
	}
	return found
}

// key is the private key of the certificate.
func (at place) key(ctx *pkcs11.Ctx) (pkcs11.ObjectHandle, error) {
	keys, err := at.privateKeys(ctx, at.ids)
	if err != nil {
		return 0, err
	}
	if len(keys) != 1 {
		return 0, fmt.Errorf("%w: %d keys share its id", token.ErrNoKey, len(keys))
	}
	return keys[0], nil
}

// sign lets the key sign a message: RSA PKCS#1 v1.5 with SHA-256. The PIN has been given.
func (at place) sign(ctx *pkcs11.Ctx, message []byte) ([]byte, error) {
	key, err := at.key(ctx)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(message)
	mechanism, data := signing(token.PKCS1SHA256, sum[:])
	return at.signRaw(ctx, key, mechanism, data)
}

func (at place) signRaw(ctx *pkcs11.Ctx, key pkcs11.ObjectHandle, mechanism *pkcs11.Mechanism, data []byte) ([]byte, error) {
	if err := ctx.SignInit(at.session, []*pkcs11.Mechanism{mechanism}, key); err != nil {
		return nil, cardError("starting a signature", err)
	}
	sig, err := ctx.Sign(at.session, data)
	if err != nil {
		return nil, cardError("signing", err)
	}
	return sig, nil
}

// stillThere stands before what a key signs to prove that it is still there, so that the signature is good for nothing
// else.
const stillThere = "siths-cardhost: the card is still there\x00"

// again has the key sign something new. It is for modules that remember by themselves that somebody has logged in: those
// would say so of a card that was swapped or reset as well.
func (at place) again(ctx *pkcs11.Ctx) error {
	nonce := make([]byte, sha256.Size)
	rand.Read(nonce) // never fails (crypto/rand)
	message := append([]byte(stillThere), nonce...)
	sig, err := at.sign(ctx, message)
	if err != nil {
		return err
	}
	if at.x == nil || at.x.CheckSignature(x509.SHA256WithRSA, message, sig) != nil {
		return token.ErrChanged
	}
	return nil
}
