package child

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

// verifies says whether a signature is one by the scheme.
func verifies(key *rsa.PublicKey, scheme token.Scheme, digest, sig []byte) error {
	if scheme.IsPSS() {
		return rsa.VerifyPSS(key, scheme.Hash(), digest, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return rsa.VerifyPKCS1v15(key, scheme.Hash(), digest, sig)
}

func digestOf(hash crypto.Hash) []byte {
	h := hash.New()
	h.Write([]byte("what a program has signed"))
	return h.Sum(nil)
}

func TestAKeyWhosePINWasGivenSignsByEverySchemeThatTheModuleNames(t *testing.T) {
	inEitherOrder(t, func(t *testing.T, card *testpki.Card, c *P11, info token.Info) {
		if !slices.Equal(info.Schemes, token.Schemes()) {
			t.Errorf("it names %v", info.Schemes)
		}
		cert := sha256.Sum256(card.Auth.Cert.Raw)
		if _, err := c.Sign([]byte(loginPIN), cert, []byte("message")); err != nil {
			t.Fatal(err)
		}
		for _, scheme := range info.Schemes {
			digest := digestOf(scheme.Hash())
			sig, err := c.Use(cert, scheme, digest)
			if err == nil {
				err = verifies(&card.Auth.Key.PublicKey, scheme, digest, sig)
			}
			if err != nil {
				t.Errorf("%s: %v", scheme, err)
			}
		}
	})
}

func TestAKeyThatTakesAPINForEachSignatureSignsForNoProgram(t *testing.T) {
	card, tokens := netID(t)
	tokens[0].objects[0].each = true
	keep(t, tokens, false)
	c, _, err := held(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sign([]byte(loginPIN), sha256.Sum256(card.PIDAuth.Cert.Raw), []byte("message")); err != nil {
		t.Fatal(err)
	}
	at, err := c.home(sha256.Sum256(card.Auth.Cert.Raw)) // whose PIN the same token has taken
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.use(c.ctx, token.PKCS1SHA256, digestOf(crypto.SHA256)); !errors.Is(err, token.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func TestNoKeySignsDigestsThatHasNotTakenItsPIN(t *testing.T) {
	card, tokens := netID(t)
	keep(t, tokens, false)
	c, _, err := held(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	use := func(pair *testpki.Pair) error {
		_, err := c.Use(sha256.Sum256(pair.Cert.Raw), token.PKCS1SHA256, digestOf(crypto.SHA256))
		return err
	}
	sign := func(pair *testpki.Pair, pin string) {
		_, _ = c.Sign([]byte(pin), sha256.Sum256(pair.Cert.Raw), []byte("message"))
	}
	for _, step := range []struct {
		name string
		do   func()
		with *testpki.Pair
	}{
		{"before any PIN", func() {}, card.Auth},
		{"after a wrong one", func() { sign(card.Auth, "000000") }, card.Auth},
		{"after the PIN for signatures", func() { sign(card.Sign, signPIN) }, card.Sign},
		{"with another certificate of the same PIN", func() { sign(card.Auth, loginPIN) }, card.PIDAuth},
		{"with the one for signatures", func() { sign(card.Auth, loginPIN) }, card.Sign},
		{"after the card was let go", func() { sign(card.Auth, loginPIN); _ = c.Close() }, card.Auth},
	} {
		step.do()
		if err := use(step.with); !errors.Is(err, token.ErrChanged) {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}
