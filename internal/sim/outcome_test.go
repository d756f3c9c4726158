package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"siths-agent/pcsc/token"
)

// cutShort is what becomes of a question whose child has ended under it: a heartbeat is in doubt already.
func (c *child) cutShort(ctx context.Context, what string) {
	if what == "check " || what == "use " || ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fate()
}

// outcome is how a question ends of which the time is over.
func (c *child) outcome(ctx context.Context, what string, a ailment) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.dead {
		return errKilled
	}
	c.note(what, c.name, int(a))
	if a != well {
		c.tally.faults[faultCard]++
	}
	err := c.found(what, a)
	switch {
	case err == nil:
	case what == "use ": // see Use
	case what == "check " && !errors.Is(err, token.ErrChanged):
		go c.doubt(ctx)
	default:
		c.fate()
	}
	return err
}

// found is what a question finds.
func (c *child) found(what string, a ailment) error {
	if c.slot == nil || c.slot.told != c.insertion {
		return token.ErrRemoved
	}
	switch a {
	case silent, stuck:
		c.end()
		return token.ErrSilent
	case unreadable:
		return fmt.Errorf("status 6F00: %w", token.ErrUnreadable)
	case busy:
		return token.ErrBusy
	case changed:
		return token.ErrChanged
	case keyless:
		if what == "sign " {
			return token.ErrNoKey
		}
	case crashing:
		c.end()
		return token.ErrUnreadable
	}
	return nil
}

// fate notes that the agent is told of a card that failed: whatever it had opened has to be locked.
func (c *child) fate() { c.over(c.life, c.insertion, cardFailed) }

// doubt is the fate of a card that does not answer the heartbeat, unless its reader tells in time that it is out.
func (c *child) doubt(ctx context.Context) {
	timer := time.NewTimer(pullTime)
	defer timer.Stop()
	due := time.Now().Add(pullTime)
	select {
	case <-timer.C:
	case <-ctx.Done():
		if time.Now().Before(due) {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fate()
}
