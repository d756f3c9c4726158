package vcard

import (
	"context"
	"net"
)

// visit is one stay of the card in the reader, over one connection.
type visit struct {
	device *Device
	conn   net.Conn
	apdus  int    // that have come
	last   []byte // the last answer of the card's own
	mute   bool   // the card says nothing more
}

// serve speaks with the reader over one connection and returns what became of the card.
func (d *Device) serve(ctx context.Context, conn net.Conn) fate {
	d.power(false)
	defer d.power(false)
	v := &visit{device: d, conn: conn}
	reader := newPromptReader(conn)
	for {
		frame, err := readFrame(reader, conn)
		if err != nil {
			return lost
		}
		if f := v.handle(ctx, frame); f != goesOn {
			return f
		}
	}
}

// handle takes one frame.
func (v *visit) handle(ctx context.Context, frame []byte) fate {
	if len(frame) != 1 {
		return v.exchange(ctx, frame)
	}
	switch frame[0] {
	case vpcdPowerOff:
		v.device.power(false)
	case vpcdPowerOn, vpcdReset:
		v.device.power(true)
	case vpcdGetATR:
		return v.send(v.device.atr())
	}
	return goesOn
}

// exchange takes one APDU, and the fault that comes over it.
func (v *visit) exchange(ctx context.Context, raw []byte) fate {
	v.apdus++
	if v.mute {
		v.device.lose(raw)
		return goesOn
	}
	f := v.struck(ctx, raw, v.device.struck(v.apdus))
	if f == mute {
		v.mute = true
		return goesOn
	}
	return f
}

func (v *visit) struck(ctx context.Context, raw []byte, s *strike) fate {
	switch {
	case s == nil:
		return v.send(v.carryOut(ctx, raw).answer)
	case s.when == before:
		return v.strikeBefore(ctx, s, raw)
	case s.when == within:
		return v.strikeWithin(ctx, s, v.carryOut(ctx, raw))
	}
	return v.strikeAfter(ctx, s, v.carryOut(ctx, raw))
}

// strikeBefore lets the fault come over the card before it carries the command out.
func (v *visit) strikeBefore(ctx context.Context, s *strike, raw []byte) fate {
	if s.answer != nil {
		v.device.lose(raw)
		return v.send(s.answer(exchanged{command: raw, previous: v.last}))
	}
	if f := s.act(ctx, v.device); f != goesOn {
		v.device.lose(raw)
		return f
	}
	return v.send(v.carryOut(ctx, raw).answer)
}

// strikeWithin lets the fault come over the card as the first half of its answer is out.
func (v *visit) strikeWithin(ctx context.Context, s *strike, e exchanged) fate {
	if s.answer != nil {
		return v.send(s.answer(e))
	}
	frame, err := frameOf(e.answer)
	if err != nil {
		return lost
	}
	half := len(frame) / 2
	if _, err := v.conn.Write(frame[:half]); err != nil {
		return lost
	}
	if f := s.act(ctx, v.device); f != goesOn {
		return f
	}
	if _, err := v.conn.Write(frame[half:]); err != nil {
		return lost
	}
	return goesOn
}

// strikeAfter lets the fault come over the card as its answer is out. A changed answer follows the honest one unasked.
func (v *visit) strikeAfter(ctx context.Context, s *strike, e exchanged) fate {
	if f := v.send(e.answer); f != goesOn {
		return f
	}
	if s.answer != nil {
		return v.send(s.answer(e))
	}
	return s.act(ctx, v.device)
}

// carryOut lets the card do what it is asked.
func (v *visit) carryOut(ctx context.Context, raw []byte) exchanged {
	e := exchanged{command: raw, previous: v.last}
	e.answer = v.device.exchange(ctx, raw)
	v.last = e.answer
	return e
}

func (v *visit) send(answer []byte) fate {
	if err := writeFrame(v.conn, answer); err != nil {
		return lost
	}
	return goesOn
}
