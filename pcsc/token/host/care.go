package host

import (
	"context"

	"siths-agent/pcsc/token"
)

// Change has the card replace the PIN old by fresh, once. cert is the SHA-256 of the certificate to log in with, whose key
// the auth PIN guards. Both PINs are written straight to the pipe. Errors are *token.PINError, token.ErrNoCare and those of
// a card that cannot be used.
func (h *Host) Change(ctx context.Context, which token.Which, cert [CertIDLen]byte, old, fresh []byte) error {
	if err := token.CheckPIN(old); err != nil {
		return err
	}
	return h.care(ctx, OpChange, which, cert, old, fresh)
}

// Unblock has the card set the PIN to fresh and give it its tries back, on the proof of the PUK. See Change.
func (h *Host) Unblock(ctx context.Context, which token.Which, cert [CertIDLen]byte, puk, fresh []byte) error {
	if err := token.CheckPUK(puk); err != nil {
		return err
	}
	return h.care(ctx, OpUnblock, which, cert, puk, fresh)
}

func (h *Host) care(ctx context.Context, op Op, which token.Which, cert [CertIDLen]byte, proof, fresh []byte) error {
	if err := token.CheckPIN(fresh); err != nil {
		return err
	}
	_, err := h.ask(ctx, op, []byte{byte(which)}, cert[:], []byte{byte(len(proof))}, proof, []byte{byte(len(fresh))}, fresh)
	return err
}
