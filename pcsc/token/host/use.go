package host

import (
	"context"
	"fmt"

	"siths-agent/pcsc/token"
)

// Use lets the key sign a digest that has taken the PIN before, in Sign. cert is the SHA-256 of its certificate, and digest
// as long as the scheme's hash. It costs no try: a card that has forgotten the PIN, or another certificate, is
// token.ErrChanged. What the card gives is not looked at.
//
// Signatures take turns among themselves first, so that Check and Close wait for one at most. Ending ctx ends the wait, and
// leaves the card to finish in peace: it is the login's, not the caller's.
func (h *Host) Use(ctx context.Context, cert [CertIDLen]byte, scheme token.Scheme, digest []byte) ([]byte, error) {
	if hash := scheme.Hash(); hash == 0 || len(digest) != hash.Size() {
		return nil, fmt.Errorf("%w: %d bytes to sign by %q", token.ErrUnsupported, len(digest), scheme)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-h.uses:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-h.done:
		return nil, fmt.Errorf("%w: cardhost has ended", token.ErrUnreadable)
	}
	type answer struct {
		sig []byte
		err error
	}
	answered := make(chan answer, 1)
	go func() {
		defer func() { h.uses <- struct{}{} }()
		sig, err := h.ask(context.WithoutCancel(ctx), OpUse, cert[:], []byte{byte(len(scheme))}, []byte(scheme), digest)
		answered <- answer{sig, err}
	}()
	select {
	case a := <-answered:
		return a.sig, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
