package host

import (
	"context"
	"errors"
	"strings"
	"testing"

	"siths-agent/pcsc/token"
)

func TestADigestGoesOverThePipeWithItsScheme(t *testing.T) {
	h := start(t, context.Background(), "answers", plenty)
	cert := [CertIDLen]byte{1, 2, 3}
	digest := strings.Repeat("d", 48)
	got, err := h.Use(context.Background(), cert, token.PSSSHA384, []byte(digest))
	if want := string(cert[:]) + "\x0apss-sha384" + digest; err != nil || string(got) != want {
		t.Errorf("it got %q, %v", got, err)
	}
	for name, scheme := range map[string]token.Scheme{"of another hash": token.PSSSHA256, "of none": "raw"} {
		if _, err := h.Use(context.Background(), cert, scheme, []byte(digest)); !errors.Is(err, token.ErrUnsupported) {
			t.Errorf("a digest %s: %v", name, err)
		}
	}
}

func TestAChildThatHasEndedSignsNothing(t *testing.T) {
	h := start(t, context.Background(), "ends", plenty)
	_, _ = h.Open(context.Background())
	<-h.Done()
	if err := h.useAny(context.Background()); !errors.Is(err, token.ErrUnreadable) {
		t.Errorf("it came to %v", err)
	}
}
