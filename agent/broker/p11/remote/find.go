package remote

import (
	"fmt"

	"siths-agent/agent/broker/p11/rpc"
)

// most is how many slots or objects are asked for at once.
const most = 64

// Slots are the slots that there are, or those with a card in them.
func (c *Conn) Slots(withCard bool) ([]uint64, error) {
	r, err := c.Call(rpc.GetSlotList, func(w *rpc.Writer) {
		w.Byte(rpc.Truth(withCard)[0])
		w.Room(most)
	})
	if err != nil {
		return nil, err
	}
	list, _ := r.UlongArray()
	return list, r.Done()
}

// OpenSession opens a session with a slot.
func (c *Conn) OpenSession(slot uint64) (session uint64, err error) {
	return c.Number(rpc.OpenSession, slot, rpc.SessionSerial)
}

// Find returns the objects that have all these attributes.
func (c *Conn) Find(session uint64, template ...rpc.Attribute) ([]uint64, error) {
	r, err := c.Call(rpc.FindObjectsInit, func(w *rpc.Writer) {
		w.Ulong(session)
		w.Attributes(template)
	})
	if err == nil {
		err = r.Done()
	}
	if err != nil {
		return nil, err
	}
	r, err = c.Call(rpc.FindObjects, func(w *rpc.Writer) {
		w.Ulong(session)
		w.Room(most)
	})
	if err != nil {
		return nil, err
	}
	found, _ := r.UlongArray()
	if err := r.Done(); err != nil {
		return nil, err
	}
	return found, c.Do(rpc.FindObjectsFinal, session)
}

// room is how long an attribute may be that is read.
const room = 64 << 10

// Attribute reads one attribute of an object.
func (c *Conn) Attribute(session, object uint64, kind uint32) ([]byte, error) {
	r, err := c.Call(rpc.GetAttributeValue, func(w *rpc.Writer) {
		w.Ulong(session)
		w.Ulong(object)
		w.Wanted([]rpc.Wanted{{Type: kind, Room: room}})
	})
	if err != nil {
		return nil, err
	}
	list, rv := r.Attributes(), rpc.RV(r.Ulong())
	if err := r.Done(); err != nil {
		return nil, err
	}
	if rv != rpc.OK {
		return nil, fmt.Errorf("reading attribute %#x: %w", kind, rv)
	}
	if len(list) != 1 || list[0].Type != kind || list[0].Value == nil {
		return nil, &rpc.FormatError{What: "another attribute than was asked for"}
	}
	return list[0].Value, nil
}
