package identity

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"siths-agent/internal/testpki"
)

// FuzzIdentify feeds certificates of a card to all that is checked without its key: nothing but the very bytes that
// the authority has signed becomes a person.
func FuzzIdentify(f *testing.F) {
	pki := hierarchyOf(f, testpki.Test)
	anna := issue(f, pki, testpki.Person{}).Auth.Cert.Raw
	mobile := issue(f, hierarchyOf(f, testpki.Production), testpki.Person{}).Auth.Cert.Raw
	for _, der := range [][]byte{nil, {0x30}, {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, anna, mobile, anna[:len(anna)/2], append(bytes.Clone(anna), 0)} {
		f.Add(der, anna)
		f.Add(anna, der)
	}
	i := ofTest(f)
	f.Fuzz(func(t *testing.T, first, second []byte) {
		p, err := i.Identify(context.Background(), [][]byte{first, second})
		if err != nil {
			if _, ok := errors.AsType[*Refusal](err); !ok {
				t.Errorf("refused without a code: %v", err)
			}
			return
		}
		if p.HSAID != annasHSAID || p.Account != "anna" || !bytes.Equal(p.Certificate.Raw, anna) {
			t.Errorf("%x, %x became %q %q", first, second, p.HSAID, p.Account)
		}
	})
}
