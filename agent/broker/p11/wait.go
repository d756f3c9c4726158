package p11

import (
	"context"

	"siths-agent/agent/broker/p11/rpc"
)

// waitForSlotEvent tells that a card has come or gone since the program was last told. Without WaitDontBlock it waits for
// that as long as the program is there, or until it gives up with C_Finalize.
func (c *conn) waitForSlotEvent(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	flags := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := c.s.o.Broker.Watch(ctx)
	for {
		if c.hasChanged(ctx) {
			w.Ulong(theSlot)
			return nil
		}
		if flags&rpc.WaitDontBlock != 0 {
			return rpc.NoEvent
		}
		select {
		case <-changes:
		case <-ctx.Done():
			return rpc.CryptokiNotInitialized
		}
	}
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
