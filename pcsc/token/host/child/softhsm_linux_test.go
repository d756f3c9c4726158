package child

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/miekg/pkcs11"

	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

const (
	softHSM   = "/usr/lib/softhsm/libsofthsm2.so"
	loginPIN  = "482913"
	signPIN   = "739251"
	netReader = "Virtual PCD 00 00"
)

var testCard = sync.OnceValues(func() (*testpki.Card, error) {
	pki, err := testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 4}})
	if err != nil {
		return nil, err
	}
	card, err := pki.IssueCard(testpki.Person{Personnummer: "191212121212"})
	if err == nil {
		card.Issuers = []*testpki.CA{pki.CA(testpki.Root)}
	}
	return card, err
})

// object is a certificate on a token, with its key or without.
type object struct {
	id   string
	cert *x509.Certificate
	key  *rsa.PrivateKey
	each bool // the key takes a PIN for one signature only
}

// softToken is one token, as Net iD shows one for each PIN of a SITHS card.
type softToken struct {
	label, pin string
	objects    []object
}

// netID is a card in the layout of Net iD.
func netID(t *testing.T) (*testpki.Card, []softToken) {
	t.Helper()
	card, err := testCard()
	if err != nil {
		t.Fatal(err)
	}
	issuer := object{id: "Issuer", cert: card.Issuers[0].Cert}
	return card, []softToken{
		{"SITHS e-id kort (Legitimering)", loginPIN, []object{
			{"IdentificationC", card.Auth.Cert, card.Auth.Key, false}, {"IdentificationD", card.PIDAuth.Cert, card.PIDAuth.Key, false}, issuer}},
		{"SITHS e-id kort (Underskrift)", signPIN, []object{
			{"SignatureC", card.Sign.Cert, card.Sign.Key, false}, {"SignatureD", card.PIDSign.Cert, card.PIDSign.Key, false}, issuer}},
	}
}

// keep makes the tokens in a folder of their own, which the module reads from then on. Slots come in an order of the
// module's making: tokens are made anew until the last one's slot comes first, or does not, as is asked.
func keep(t *testing.T, tokens []softToken, lastFirst bool) {
	t.Helper()
	for range 100 {
		dir := t.TempDir()
		conf := filepath.Join(dir, "softhsm2.conf")
		text := "directories.tokendir = " + dir + "\nobjectstore.backend = file\nlog.level = ERROR\n"
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("SOFTHSM2_CONF", conf)
		for _, tok := range tokens {
			tok.make(t)
		}
		if len(tokens) == 1 || (labels(t)[0] == tokens[len(tokens)-1].label) == lastFirst {
			fillAll(t, tokens)
			return
		}
	}
	t.Fatal("the module never gave the slots the order that was asked for")
}

// module opens SoftHSM for a step of the preparation.
func module(t *testing.T) (ctx *pkcs11.Ctx, done func()) {
	t.Helper()
	ctx, err := load(softHSM)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, func() {
		_ = ctx.Finalize()
		ctx.Destroy()
	}
}

func labels(t *testing.T) (found []string) {
	t.Helper()
	ctx, done := module(t)
	defer done()
	slots, err := ctx.GetSlotList(true)
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range slots {
		if info, err := ctx.GetTokenInfo(slot); err == nil {
			found = append(found, trim(info.Label))
		}
	}
	return found
}

// make makes the token in the module's spare slot, which is the last one.
func (s softToken) make(t *testing.T) {
	t.Helper()
	ctx, done := module(t)
	defer done()
	slots, err := ctx.GetSlotList(true)
	if err == nil {
		err = ctx.InitToken(slots[len(slots)-1], "12345678", s.label)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fillAll gives each token, which has a slot of its own by now, its PIN and its objects.
func fillAll(t *testing.T, tokens []softToken) {
	t.Helper()
	ctx, done := module(t)
	defer done()
	slots, err := ctx.GetSlotList(true)
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range slots {
		info, err := ctx.GetTokenInfo(slot)
		for _, tok := range tokens {
			if err == nil && trim(info.Label) == tok.label {
				tok.fill(t, ctx, slot)
			}
		}
	}
}

func (s softToken) fill(t *testing.T, ctx *pkcs11.Ctx, slot uint) {
	t.Helper()
	session, err := ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	for _, step := range []func() error{
		func() error { return err },
		func() error { return ctx.Login(session, pkcs11.CKU_SO, "12345678") },
		func() error { return ctx.InitPIN(session, s.pin) },
		func() error { return ctx.Logout(session) },
		func() error { return ctx.Login(session, pkcs11.CKU_USER, s.pin) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range s.objects {
		for _, template := range o.templates() {
			if _, err := ctx.CreateObject(session, template); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// templates are the certificate, which everybody sees, and the key, which is hidden until somebody is logged in.
func (o object) templates() [][]*pkcs11.Attribute {
	cert := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE), pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_CERTIFICATE_TYPE, pkcs11.CKC_X_509), pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, false),
		pkcs11.NewAttribute(pkcs11.CKA_ID, []byte(o.id)), pkcs11.NewAttribute(pkcs11.CKA_SUBJECT, o.cert.RawSubject),
		pkcs11.NewAttribute(pkcs11.CKA_VALUE, o.cert.Raw),
	}
	if o.key == nil {
		return [][]*pkcs11.Attribute{cert}
	}
	p := o.key.Precomputed
	return [][]*pkcs11.Attribute{cert, {
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_RSA), pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN, true), pkcs11.NewAttribute(pkcs11.CKA_ALWAYS_AUTHENTICATE, o.each), pkcs11.NewAttribute(pkcs11.CKA_ID, []byte(o.id)),
		pkcs11.NewAttribute(pkcs11.CKA_MODULUS, o.key.N.Bytes()), pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, big.NewInt(int64(o.key.E)).Bytes()),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE_EXPONENT, o.key.D.Bytes()),
		pkcs11.NewAttribute(pkcs11.CKA_PRIME_1, o.key.Primes[0].Bytes()), pkcs11.NewAttribute(pkcs11.CKA_PRIME_2, o.key.Primes[1].Bytes()),
		pkcs11.NewAttribute(pkcs11.CKA_EXPONENT_1, p.Dp.Bytes()), pkcs11.NewAttribute(pkcs11.CKA_EXPONENT_2, p.Dq.Bytes()),
		pkcs11.NewAttribute(pkcs11.CKA_COEFFICIENT, p.Qinv.Bytes()),
	}}
}

// held is the card of the tokens in one of two readers.
func held(t *testing.T, cards int) (*P11, token.Info, error) {
	t.Helper()
	c := &P11{
		Probe:    func(string) (*int, error) { return nil, nil },
		Inserted: func() ([]string, int, error) { return []string{netReader, "Virtual PCD 00 01"}, cards, nil },
	}
	t.Cleanup(func() { _ = c.Close() })
	info, err := c.Open(host.OpenRequest{Reader: netReader, Modules: []string{softHSM}})
	return c, info, err
}

// inEitherOrder runs a test with the card's tokens in each of their two orders.
func inEitherOrder(t *testing.T, test func(t *testing.T, card *testpki.Card, c *P11, info token.Info)) {
	for name, lastFirst := range map[string]bool{"login first": false, "signatures first": true} {
		t.Run(name, func(t *testing.T) {
			card, tokens := netID(t)
			keep(t, tokens, lastFirst)
			c, info, err := held(t, 1)
			if err != nil {
				t.Fatal(err)
			}
			test(t, card, c, info)
		})
	}
}

func TestEveryTokenOfACardIsReadWhateverItsOrder(t *testing.T) {
	inEitherOrder(t, func(t *testing.T, card *testpki.Card, _ *P11, info token.Info) {
		if len(info.Certs) != len(card.DER()) {
			t.Errorf("%d certificates, want %d, each once", len(info.Certs), len(card.DER()))
		}
		for _, der := range card.DER() {
			if !slices.ContainsFunc(info.Certs, func(got []byte) bool { return string(got) == string(der) }) {
				t.Error("a certificate is missing")
			}
		}
	})
}

func TestOnlyTheTokenOfTheKeyGetsThePIN(t *testing.T) {
	inEitherOrder(t, func(t *testing.T, card *testpki.Card, c *P11, _ token.Info) {
		for _, use := range []struct {
			pair *testpki.Pair
			pin  string
		}{{card.Auth, loginPIN}, {card.Sign, signPIN}, {card.PIDAuth, loginPIN}, {card.PIDSign, signPIN}} {
			sig, err := c.Sign([]byte(use.pin), sha256.Sum256(use.pair.Cert.Raw), []byte("message"))
			if err != nil || use.pair.Cert.CheckSignature(x509.SHA256WithRSA, []byte("message"), sig) != nil {
				t.Errorf("%s: %v", use.pair.Name, err)
			}
			if err := c.Check(); err != nil {
				t.Errorf("%s: the card is still there, and %v", use.pair.Name, err)
			}
		}
		var wrong *token.PINError
		if _, err := c.Sign([]byte(loginPIN), sha256.Sum256(card.Sign.Cert.Raw), nil); !errors.As(err, &wrong) || wrong.Reason != token.Wrong {
			t.Errorf("the other PIN: %v", err)
		}
		if err := c.Check(); !errors.Is(err, token.ErrChanged) {
			t.Errorf("after a wrong PIN: %v", err)
		}
	})
}

func TestACertificateThatSeveralTokensShowGetsNoPIN(t *testing.T) {
	card, tokens := netID(t)
	tokens[1].objects = append(tokens[1].objects, object{id: "Copy", cert: card.Auth.Cert})
	keep(t, tokens, false)
	c, _, err := held(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sign([]byte(loginPIN), sha256.Sum256(card.Auth.Cert.Raw), nil); !errors.Is(err, token.ErrNoKey) {
		t.Errorf("it came to %v", err)
	}
}

func TestACertificateThatIsTwiceOnItsTokenIsToldOnceAndSigns(t *testing.T) {
	card, tokens := netID(t)
	tokens[0].objects = append([]object{{id: "Copy", cert: card.Auth.Cert}}, append(tokens[0].objects, object{id: "Another", cert: card.Auth.Cert})...)
	keep(t, tokens, false)
	c, info, err := held(t, 1)
	if err != nil || len(info.Certs) != len(card.DER()) {
		t.Fatalf("%d certificates: %v", len(info.Certs), err)
	}
	sig, err := c.Sign([]byte(loginPIN), sha256.Sum256(card.Auth.Cert.Raw), []byte("message"))
	if err != nil || card.Auth.Cert.CheckSignature(x509.SHA256WithRSA, []byte("message"), sig) != nil {
		t.Errorf("it came to %v", err)
	}
}

func TestATokenThatNamesNoReaderIsTakenForTheOnlyCard(t *testing.T) {
	_, tokens := netID(t)
	keep(t, tokens, false)
	for cards, want := range map[int]error{0: token.ErrUnsupported, 1: nil, 2: token.ErrUnsupported} {
		if c, _, err := held(t, cards); !errors.Is(err, want) {
			t.Errorf("%d cards in the readers: %v", cards, err)
		} else if err == nil {
			_ = c.Close()
		}
	}
}

func TestTheTokenForSignaturesIsKnownByItsCertificates(t *testing.T) {
	inEitherOrder(t, func(t *testing.T, card *testpki.Card, c *P11, _ token.Info) {
		at, err := c.home(sha256.Sum256(card.Sign.Cert.Raw))
		if err != nil || c.signToken() == nil || c.signToken() != at.piece {
			t.Errorf("it is %+v, and the key is on %+v: %v", c.signToken(), at.piece, err)
		}
	})
}

func TestACardOfOnePINHasNoTokenForSignatures(t *testing.T) {
	_, tokens := netID(t)
	keep(t, tokens[1:], false)
	if c, info, err := held(t, 1); err != nil || c.signToken() != nil || info.SignTries != nil {
		t.Errorf("it has %+v: %v", c.signToken(), err)
	}
}
