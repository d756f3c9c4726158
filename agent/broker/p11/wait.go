package p11

import (
	"context"

	"siths-agent/agent/broker/p11/rpc"
)

// waitForSlotEvent tells that a card has come or gone since the program was last told. It does not wait for that: p11-kit's
// client (0.24.1) aborts a program that ends its use of the module while a thread of it waits in there. Whoever hears that
// waiting is not supported asks now and then, as NSS does.
func (c *conn) waitForSlotEvent(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	flags := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	if flags&rpc.WaitDontBlock == 0 {
		return rpc.FunctionNotSupported
	}
	if !c.hasChanged(ctx) {
		return rpc.NoEvent
	}
	w.Ulong(theSlot)
	return nil
}

// hasChanged says whether the program sees another card than it was told of, or one where there was none.
func (c *conn) hasChanged(ctx context.Context) bool {
	card, err := c.see(ctx)
	var now <-chan struct{}
	if err == nil {
		now = card.login
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := now != c.seen
	c.seen = now
	return changed
}
