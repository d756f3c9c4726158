package host

import (
	"errors"
	"testing"
	"time"

	"siths-agent/pcsc/token"
)

func TestCodesThatCannotBeOnesAreNotEvenSentToTheChild(t *testing.T) {
	h := start(t, t.Context(), "answers", time.Minute)
	var cert [CertIDLen]byte
	for _, c := range []struct{ proof, fresh string }{{"12345", "135790"}, {"482913", "13579"}, {"48291a", "135790"}, {"", ""}} {
		for what, err := range map[string]error{
			"change":  h.Change(t.Context(), token.Auth, cert, []byte(c.proof), []byte(c.fresh)),
			"unblock": h.Unblock(t.Context(), token.Auth, cert, []byte(c.proof), []byte(c.fresh)),
		} {
			var refused *token.PINError
			if !errors.As(err, &refused) || refused.Reason != token.Length {
				t.Errorf("%s %q %q: %v", what, c.proof, c.fresh, err)
			}
		}
	}
	if err := errors.Join(h.Change(t.Context(), token.Sign, cert, []byte("482913"), []byte("135790")),
		h.Unblock(t.Context(), token.Auth, cert, []byte("1234567890123456"), []byte("135790"))); err != nil {
		t.Error(err)
	}
}
