package p11

import (
	"context"
	"hash"
	"slices"

	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/pcsc/token"
)

// operation is a signature that a program has begun.
type operation struct {
	schemes []token.Scheme // by what is signed: one, or all of RSASSA-PKCS1-v1_5 for a digest that says itself of what hash it is
	hash    hash.Hash      // nil: the program hashes
	raw     []byte         // what it has sent so far, without one
	parts   bool           // it has sent a part
}

// maxRaw is how long what a program has hashed may be: a digest with its name takes less than half.
const maxRaw = 256

func (c *conn) signInit(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number, mechanism, key := r.Ulong(), r.Mechanism(), r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	s, card, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if mechanism.Type == rpc.NoMechanism {
		s.op = nil
		return nil
	}
	if s.op != nil {
		return rpc.OperationActive
	}
	if o := card.object(key); o == nil || !o.private {
		return rpc.KeyHandleInvalid
	}
	s.op, err = begin(mechanism, card.grant.Schemes())
	return err
}

// begin says what a mechanism signs, in a way that the card manages.
func begin(m rpc.Mechanism, schemes []token.Scheme) (*operation, error) {
	op := &operation{}
	for _, k := range kinds() {
		pss, _, _ := rpc.PSSFor(k.pss.Hash())
		right := m.PSS != nil && *m.PSS == pss
		switch {
		case m.Type == rpc.MechRSAPKCS:
			op.schemes = append(op.schemes, k.pkcs1)
		case m.Type == k.mechPKCS1:
			op.schemes, op.hash = []token.Scheme{k.pkcs1}, k.pkcs1.Hash().New()
		case m.Type == rpc.MechRSAPKCSPSS && right:
			op.schemes = []token.Scheme{k.pss}
		case m.Type == k.mechPSS && right:
			op.schemes, op.hash = []token.Scheme{k.pss}, k.pss.Hash().New()
		}
	}
	if m.PSS != nil && len(op.schemes) == 0 {
		return nil, rpc.MechanismParamInvalid
	}
	op.schemes = slices.DeleteFunc(op.schemes, func(s token.Scheme) bool { return !slices.Contains(schemes, s) })
	if len(op.schemes) == 0 {
		return nil, rpc.MechanismInvalid
	}
	return op, nil
}

// add takes more of what is to be signed.
func (op *operation) add(data []byte) error {
	if op.hash != nil {
		_, _ = op.hash.Write(data) // a hash takes all
		return nil
	}
	if len(op.raw)+len(data) > maxRaw {
		return rpc.DataLenRange
	}
	op.raw = append(op.raw, data...)
	return nil
}

// digest returns what the card is to sign, and how.
func (op *operation) digest() (token.Scheme, []byte, error) {
	if op.hash != nil {
		return op.schemes[0], op.hash.Sum(nil), nil
	}
	if !op.schemes[0].IsPSS() {
		return named(op.raw, op.schemes)
	}
	if len(op.raw) != op.schemes[0].Hash().Size() {
		return "", nil, rpc.DataLenRange
	}
	return op.schemes[0], op.raw, nil
}

func (c *conn) signUpdate(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number := r.Ulong()
	data, _ := r.ByteArray()
	if err := r.Done(); err != nil {
		return err
	}
	s, _, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.op == nil {
		return rpc.OperationNotInitialized
	}
	s.op.parts = true
	if err := s.op.add(data); err != nil {
		s.op = nil
		return err
	}
	return nil
}

func (c *conn) sign(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number := r.Ulong()
	data, _ := r.ByteArray()
	room := r.Room()
	if err := r.Done(); err != nil {
		return err
	}
	return c.finish(ctx, number, data, room, w, false)
}

func (c *conn) signFinal(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number, room := r.Ulong(), r.Room()
	if err := r.Done(); err != nil {
		return err
	}
	return c.finish(ctx, number, nil, room, w, true)
}

// finish answers with the signature; or, where there is no room for it, with its length, and the operation goes on
// (PKCS#11 2.40, 5.2): the card has no part in that.
func (c *conn) finish(ctx context.Context, number uint64, data []byte, room int, w *rpc.Writer, final bool) error {
	s, card, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	size := (card.bits + 7) / 8
	c.mu.Lock()
	op := s.op
	enough := room >= size
	if enough {
		s.op = nil
	}
	c.mu.Unlock()
	switch {
	case op == nil || !final && op.parts:
		return rpc.OperationNotInitialized
	case !enough:
		w.Length(size)
		return nil
	}
	if err := op.add(data); err != nil {
		return err
	}
	scheme, digest, err := op.digest()
	if err != nil {
		return err
	}
	signature, err := c.release(ctx, s, scheme, digest)
	if err != nil {
		return err
	}
	w.ByteArray(signature)
	return nil
}

// release has the card sign for the program. Who the program is, and whether a rule is for it, is asked anew: it may have
// become another since it connected, and the card may be another.
func (c *conn) release(ctx context.Context, s *session, scheme token.Scheme, digest []byte) ([]byte, error) {
	who, err := c.again(ctx)
	if err != nil {
		c.other.Do(func() {
			c.s.o.Log.Warn("a program at the virtual card is not what it was", "uid", c.door.UID, "error", err)
		})
		return nil, rpc.FunctionRejected
	}
	card, err := c.look(ctx, who)
	if err != nil || !isOf(s, card) {
		return nil, rpc.DeviceRemoved
	}
	signature, err := card.grant.Sign(ctx, scheme, digest)
	if err != nil {
		c.s.o.Log.Debug("the virtual card has not signed", "pid", who.PID, "error", err)
	}
	return signature, err
}
