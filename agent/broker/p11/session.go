package p11

import (
	"context"

	"siths-agent/agent/broker/p11/rpc"
)

// session is one of a program's sessions. It ends with the login.
type session struct {
	login <-chan struct{} // in which it was opened
	rw    bool
	found []uint64 // what a search has not told yet
	finds bool     // a search is under way
	op    *operation
}

// openSession opens a session. A program may ask for one that can write: ssh does. Nothing can be written in it.
func (c *conn) openSession(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number, flags := r.Ulong(), r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	card, err := c.slot(ctx, number)
	if err != nil {
		return err
	}
	if flags&rpc.SessionSerial == 0 {
		return rpc.SessionParallelNotSupported
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(card.login)
	if len(c.sessions) >= maxSessions {
		return rpc.SessionCount
	}
	c.last++
	c.sessions[c.last] = &session{login: card.login, rw: flags&rpc.SessionRW != 0}
	w.Ulong(c.last)
	return nil
}

// drop forgets sessions of other logins. It needs the lock.
func (c *conn) drop(login <-chan struct{}) {
	for n, s := range c.sessions {
		if s.login != login {
			delete(c.sessions, n)
		}
	}
}

// session finds a session by its number, with the card that it is with. The lock is not held.
func (c *conn) session(ctx context.Context, number uint64) (*session, card, error) {
	card, err := c.see(ctx)
	if ctx.Err() != nil { // the program has given up
		return nil, card, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sessions[number]
	if err != nil || s == nil || !isOf(s, card) {
		delete(c.sessions, number)
		return nil, card, rpc.SessionHandleInvalid
	}
	return s, card, nil
}

func (c *conn) closeSession(_ context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions[number] == nil {
		return rpc.SessionHandleInvalid
	}
	delete(c.sessions, number)
	return nil
}

// closeAllSessions closes the sessions of this connection. Other programs have their own.
func (c *conn) closeAllSessions(_ context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	if number != theSlot {
		return rpc.SlotIDInvalid
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.sessions)
	return nil
}

func (c *conn) getSessionInfo(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	s, _, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	state, flags := rpc.StateROUser, rpc.SessionSerial
	if s.rw {
		state, flags = rpc.StateRWUser, flags|rpc.SessionRW
	}
	for _, n := range []uint64{theSlot, state, flags, 0} {
		w.Ulong(n)
	}
	return nil
}

// login lets in whoever has a session: the person has logged in at the agent. The code that a program has sent goes
// nowhere, and is wiped with the message.
func (c *conn) login(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number := r.Ulong()
	r.Ulong()
	r.ByteArray()
	if err := r.Done(); err != nil {
		return err
	}
	_, _, err := c.session(ctx, number)
	return err
}

// logout changes nothing: a program's goodbye is no other program's.
func (c *conn) logout(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	_, _, err := c.session(ctx, number)
	return err
}
