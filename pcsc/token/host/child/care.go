package child

import (
	"crypto/sha256"
	"errors"
	"io"

	"siths-agent/internal/secret"
	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// carer is a Card's Change or Unblock.
type carer func(which token.Which, cert [sha256.Size]byte, proof, fresh []byte) error

// care reads the two codes straight into locked pages of their own, which are gone before the answer is sent. check says
// what form the first has to have.
func care(pipe io.Reader, n int, check func([]byte) error, do carer) (opErr, err error) {
	var head [1 + sha256.Size]byte
	if n < len(head) {
		return nil, host.ErrFrame
	}
	if _, err := io.ReadFull(pipe, head[:]); err != nil {
		return nil, err
	}
	proof, n, err := readCode(pipe, n-len(head))
	defer func() { _ = proof.Close() }()
	if err != nil {
		return nil, err
	}
	fresh, n, err := readCode(pipe, n)
	defer func() { _ = fresh.Close() }()
	if err != nil {
		return nil, err
	}
	which := token.Which(head[0])
	if n != 0 || which != token.Auth && which != token.Sign {
		return nil, host.ErrFrame
	}
	if err := errors.Join(check(proof.Bytes()), token.CheckPIN(fresh.Bytes())); err != nil {
		return &token.PINError{Reason: token.Length}, nil
	}
	return do(which, [sha256.Size]byte(head[1:]), proof.Bytes(), fresh.Bytes()), nil
}

// readCode reads a length and a code of that length out of a body of n bytes, and returns how much of it is left.
func readCode(pipe io.Reader, n int) (*secret.Buffer, int, error) {
	var length [1]byte
	if n < 1 {
		return nil, 0, host.ErrFrame
	}
	if _, err := io.ReadFull(pipe, length[:]); err != nil {
		return nil, 0, err
	}
	left := n - 1 - int(length[0])
	if left < 0 || int(length[0]) > token.MaxPUK {
		return nil, 0, host.ErrFrame
	}
	code, err := secret.New(token.MaxPUK)
	if err != nil {
		return nil, 0, err
	}
	if err := code.ReadN(pipe, int(length[0])); err != nil {
		_ = code.Close()
		return nil, 0, err
	}
	return code, left, nil
}
