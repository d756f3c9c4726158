package child

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// useBody is a question of OpUse with a digest of zeros.
func useBody(scheme string, digest int) []byte {
	cert := sha256.Sum256([]byte("certificate"))
	return append(append(append(cert[:], byte(len(scheme))), scheme...), make([]byte, digest)...)
}

func TestTheChildSignsDigestsByEveryScheme(t *testing.T) {
	card := &fakeCard{}
	conn := serve(t, card)
	for _, scheme := range token.Schemes() {
		body := useBody(string(scheme), scheme.Hash().Size())
		sig, err := ask(t, conn, host.OpUse, body)
		if err != nil || string(sig) != "use" || card.scheme != scheme || len(card.msg) != scheme.Hash().Size() || card.pin != nil {
			t.Errorf("%s: %q, %v; the card saw %+v", scheme, sig, err, card)
		}
		if card.cert != sha256.Sum256([]byte("certificate")) {
			t.Errorf("%s: with the key of another certificate", scheme)
		}
	}
}

func TestADigestIsWrappedAsTheStandardHasIt(t *testing.T) {
	want := []byte{0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40}
	_, got := signing(token.PKCS1SHA512, make([]byte, 64)) // RFC 8017, 9.2 note 1 has the bytes of SHA-512
	if !bytes.Equal(got, append(want, make([]byte, 64)...)) {
		t.Errorf("%x", got)
	}
}
