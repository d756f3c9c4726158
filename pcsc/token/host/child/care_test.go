package child

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

func (c *fakeCard) care(what string, which token.Which, cert [sha256.Size]byte, proof, fresh []byte) error {
	c.msg = fmt.Appendf(nil, "%s %c %s %s", what, which, proof, fresh)
	c.cert = cert
	return c.err
}

// careBody is what the parent sends to change or unblock a PIN.
func careBody(which byte, proof, fresh string) []byte {
	cert := sha256.Sum256([]byte("certificate"))
	body := append([]byte{which}, cert[:]...)
	body = append(append(body, byte(len(proof))), proof...)
	return append(append(body, byte(len(fresh))), fresh...)
}

func TestBothCodesOfACareReachTheCardOnce(t *testing.T) {
	for want, c := range map[string]struct {
		op   host.Op
		body []byte
	}{
		"change a 482913 135790":             {host.OpChange, careBody('a', "482913", "135790")},
		"unblock s 12345678 135790":          {host.OpUnblock, careBody('s', "12345678", "135790")},
		"unblock a 1234567890123456 135790":  {host.OpUnblock, careBody('a', "1234567890123456", "135790")},
		"change s 123456789012 210987654321": {host.OpChange, careBody('s', "123456789012", "210987654321")},
	} {
		card := &fakeCard{}
		if _, err := ask(t, serve(t, card), c.op, c.body); err != nil || string(card.msg) != want || card.cert != sha256.Sum256([]byte("certificate")) {
			t.Errorf("want %q, the card saw %q, %v", want, card.msg, err)
		}
	}
}

func TestCodesThatCannotBeOnesNeverReachTheCard(t *testing.T) {
	for name, c := range map[string]struct {
		op   host.Op
		body []byte
	}{
		"a short old PIN":   {host.OpChange, careBody('a', "12345", "135790")},
		"an old PIN of 13":  {host.OpChange, careBody('a', "1234567890123", "135790")},
		"no new PIN":        {host.OpChange, careBody('a', "482913", "")},
		"a new PIN of 13":   {host.OpUnblock, careBody('a', "12345678", "1234567890123")},
		"letters for a PUK": {host.OpUnblock, careBody('a', "12345abc", "135790")},
	} {
		card := &fakeCard{}
		_, err := ask(t, serve(t, card), c.op, c.body)
		var refused *token.PINError
		if !errors.As(err, &refused) || refused.Reason != token.Length || card.msg != nil {
			t.Errorf("%s: %v, the card saw %q", name, err, card.msg)
		}
	}
}

func TestTheChildEndsWhenACareIsMalformed(t *testing.T) {
	good := careBody('a', "482913", "135790")
	for name, body := range map[string][]byte{
		"empty": {}, "cut in the certificate": good[:20], "cut before the PIN": good[:33], "cut in the PIN": good[:36],
		"cut before the new PIN": good[:40], "cut in the new PIN": good[:44], "something behind": append(bytes.Clone(good), 1),
		"another PIN": careBody('x', "482913", "135790"), "a PUK that fits no page": careBody('a', "12345678901234567", "135790"),
	} {
		card := &fakeCard{}
		conn := serve(t, card)
		if err := host.WriteHeader(conn, byte(host.OpUnblock), len(body)); err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(body) // the child may have hung up before the end
		if rest, _ := io.ReadAll(conn); len(rest) != 0 || card.msg != nil {
			t.Errorf("%s: answered %x, the card saw %q", name, rest, card.msg)
		}
	}
}

func TestWhatTheModuleSaysOfACare(t *testing.T) {
	for rv, want := range map[pkcs11.Error]error{
		pkcs11.CKR_FUNCTION_NOT_SUPPORTED: token.ErrNoCare,
		pkcs11.CKR_DEVICE_REMOVED:         token.ErrRemoved,
		pkcs11.CKR_DEVICE_ERROR:           token.ErrUnreadable,
	} {
		if err := careError(rv, token.Wrong, token.Blocked); !errors.Is(err, want) {
			t.Errorf("%v: %v", rv, err)
		}
	}
	for rv, want := range map[pkcs11.Error]token.PINReason{
		pkcs11.CKR_PIN_INCORRECT: token.PUKWrong, pkcs11.CKR_PIN_LOCKED: token.PUKBlocked, pkcs11.CKR_PIN_LEN_RANGE: token.Length,
	} {
		var pin *token.PINError
		if err := careError(rv, token.PUKWrong, token.PUKBlocked); !errors.As(err, &pin) || pin.Reason != want {
			t.Errorf("%v: %v", rv, err)
		}
	}
	if careError(nil, token.Wrong, token.Blocked) != nil {
		t.Error("a change that worked is an error")
	}
}

func TestWhatWasTypedIsShownToTheCardOnce(t *testing.T) {
	shown := 0
	err := present(func() error { shown++; return pkcs11.Error(pkcs11.CKR_PIN_INCORRECT) })
	if err == nil || shown != 1 {
		t.Errorf("shown %d times, %v", shown, err)
	}
}
