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

// see says what the program may see. About one that was not seen before, all is known only after a while.
func (c *conn) see(ctx context.Context) (card, error) {
	who, err := c.caller(ctx)
	if err != nil {
		return card{}, rpc.TokenNotPresent
	}
	found, err := c.look(ctx, who)
	if !errors.Is(err, rpc.TokenNotPresent) || who.Digest != "" {
		return found, err
	}
	now, err := c.door.Callers.Again(ctx, who)
	if err != nil || now.Digest == "" {
		return card{}, rpc.TokenNotPresent
	}
	c.mu.Lock()
	c.who = now
	c.mu.Unlock()
	return c.look(ctx, now)
}

// caller is the program that has connected. One that is not known is looked for anew: what hindered that may have passed.
func (c *conn) caller(ctx context.Context) (broker.Caller, error) {
	c.mu.Lock()
	was := c.who
	c.mu.Unlock()
	if isNamed(was) {
		return was, nil
	}
	who, err := c.door.Callers.Who(ctx, c.nc)
	if err != nil {
		return broker.Caller{}, err
	}
	if was.PID != 0 && (who.Start != was.Start || who.Image != was.Image) {
		return broker.Caller{}, errBecameAnother
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who = who
	return who, nil
}

var errBecameAnother = errors.New("the program has become another")

// isNamed says whether it is known which program it is. Under a heavy load the kernel may not tell at the first time.
func isNamed(who broker.Caller) bool { return who.PID != 0 && who.Exe != "" }

// look says what a program may see: a card; or none, with one of these errors. TokenNotPresent: the slot is empty, since a
// card may come that the program may use. SlotIDInvalid: no rule is for the program, so there is no slot.
//
// The difference matters: Chromium looks for slots once. When it has found an empty one it sees the card that comes; when it
// has found none it does not, until it is started again.
func (c *conn) look(ctx context.Context, who broker.Caller) (card, error) {
	g, err := c.s.o.Broker.Grant(ctx, who, c.door.Use)
	var denied *broker.Denied
	switch {
	case errors.As(err, &denied) && isForGood(denied, who):
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

// isForGood says whether a denial is about the program. Others end when somebody else logs in, or the same person again, or
// when more is known of the program.
func isForGood(d *broker.Denied, who broker.Caller) bool {
	unread := d.Rule == "package" && who.Digest == ""
	return isNamed(who) && !unread && !slices.Contains([]string{"login", "time", "user", "session"}, d.Rule)
}

func (c *conn) getSlotList(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	present, room := r.Byte() != 0, r.Room()
	if err := r.Done(); err != nil {
		return err
	}
	_, err := c.see(ctx)
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
	return c.see(ctx)
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
