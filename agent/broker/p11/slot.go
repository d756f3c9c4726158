package p11

import (
	"context"
	"errors"
	"slices"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
)

// theSlot is the number of the one slot. manufacturer is who makes what programs see.
const (
	theSlot      = 1
	manufacturer = "siths-agent"
)

// card is the card as a program may see it just now: what its grant shows.
type card struct {
	*contents
	grant *broker.Grant
	login <-chan struct{} // closed when the login ends
}

// look says what a program may see: a card; or none, with one of these errors. TokenNotPresent: the slot is empty, for
// there is no login, or not one of this person. SlotIDInvalid: no rule is for the program, so there is no slot.
func (c *conn) look(ctx context.Context, who broker.Caller) (card, error) {
	g, err := c.s.o.Broker.Grant(ctx, who, c.door.Use)
	var denied *broker.Denied
	switch {
	case errors.As(err, &denied) && !isAboutPerson(denied):
		return card{}, rpc.SlotIDInvalid
	case err != nil:
		return card{}, rpc.TokenNotPresent
	}
	login, ends, open := c.s.o.Broker.Present()
	if !open || login.Insertion != g.Insertion() {
		return card{}, rpc.TokenNotPresent
	}
	t, err := c.s.contentsOf(g)
	return card{t, g, ends}, err
}

// isAboutPerson says whether the denial ends when somebody else logs in, or the same person again: then the program has to
// find a slot, since many look for slots only when they start.
func isAboutPerson(d *broker.Denied) bool {
	return slices.Contains([]string{"login", "time", "user", "session"}, d.Rule)
}

func (c *conn) getSlotList(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	present, room := r.Byte() != 0, r.Room()
	if err := r.Done(); err != nil {
		return err
	}
	_, err := c.look(ctx, c.who)
	slots := []uint64{theSlot}
	if errors.Is(err, rpc.SlotIDInvalid) || err != nil && present {
		slots = nil
	}
	answerList(w, slots, room)
	return nil
}

// answerList answers with a list, or with its length where there is no room for it.
func answerList(w *rpc.Writer, list []uint64, room int) {
	if room < len(list) {
		w.Length(len(list))
	} else {
		w.UlongArray(list)
	}
}

// slot reads which slot is meant, and says what is in it.
func (c *conn) slot(ctx context.Context, number uint64) (card, error) {
	if number != theSlot {
		return card{}, rpc.SlotIDInvalid
	}
	return c.look(ctx, c.who)
}

func (c *conn) getSlotInfo(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	_, err := c.slot(ctx, number)
	if err != nil && !errors.Is(err, rpc.TokenNotPresent) {
		return err
	}
	flags := rpc.SlotRemovable
	if err == nil {
		flags |= rpc.SlotTokenPresent
	}
	w.Text("SITHS", 64)
	w.Text(manufacturer, 32)
	w.Ulong(flags)
	w.Version(1, 0)
	w.Version(1, 0)
	return nil
}

// unknown is CK_UNAVAILABLE_INFORMATION (PKCS#11 2.40, 3.2).
const unknown = ^uint64(0)

func (c *conn) getTokenInfo(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	card, err := c.slot(ctx, number)
	if err != nil {
		return err
	}
	w.Text(card.label, 32)
	w.Text(manufacturer, 32)
	w.Text("SITHS", 16)
	w.Text(card.serial, 16)
	w.Ulong(tokenFlags)
	for _, n := range []uint64{maxSessions, unknown, maxSessions, unknown, maxCode, 0, unknown, unknown, unknown, unknown} {
		w.Ulong(n)
	}
	w.Version(1, 0)
	w.Version(1, 0)
	w.Text("", 16)
	return nil
}

// tokenFlags say that nobody has to log in: the person has, at the agent. The protected path is for programs that would
// ask for a code all the same. Nothing on the card can be changed.
const tokenFlags = rpc.TokenInitialized | rpc.TokenPINInitialized | rpc.TokenProtectedPath | rpc.TokenWriteProtected

// maxCode is how long a code may be that C_Login is given, for nothing.
const maxCode = 64

func (c *conn) getMechanismList(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number, room := r.Ulong(), r.Room()
	if err := r.Done(); err != nil {
		return err
	}
	card, err := c.slot(ctx, number)
	if err != nil {
		return err
	}
	answerList(w, card.mechanisms, room)
	return nil
}

func (c *conn) getMechanismInfo(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number, mechanism := r.Ulong(), r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	card, err := c.slot(ctx, number)
	if err != nil {
		return err
	}
	if !slices.Contains(card.mechanisms, mechanism) {
		return rpc.MechanismInvalid
	}
	w.Ulong(uint64(card.bits))
	w.Ulong(uint64(card.bits))
	w.Ulong(rpc.MechanismHW | rpc.MechanismSign)
	return nil
}
