package p11

import (
	"context"
	"errors"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
)

// handler answers one kind of call. It reads the request to its end before it does anything.
type handler struct {
	run  func(c *conn, ctx context.Context, r *rpc.Reader, w *rpc.Writer) error
	slow bool // it may take its time
}

// handlers are the calls that are served. Any other is not supported: what would change the card, its random numbers,
// and whatever the programs can do themselves.
func handlers() map[rpc.Call]handler {
	return map[rpc.Call]handler{
		rpc.Initialize:        {run: (*conn).initialize},
		rpc.Finalize:          {run: (*conn).finalize},
		rpc.GetInfo:           {run: (*conn).getInfo},
		rpc.GetSlotList:       {run: (*conn).getSlotList},
		rpc.GetSlotInfo:       {run: (*conn).getSlotInfo},
		rpc.GetTokenInfo:      {run: (*conn).getTokenInfo},
		rpc.GetMechanismList:  {run: (*conn).getMechanismList},
		rpc.GetMechanismInfo:  {run: (*conn).getMechanismInfo},
		rpc.WaitForSlotEvent:  {run: (*conn).waitForSlotEvent},
		rpc.OpenSession:       {run: (*conn).openSession},
		rpc.CloseSession:      {run: (*conn).closeSession},
		rpc.CloseAllSessions:  {run: (*conn).closeAllSessions},
		rpc.GetSessionInfo:    {run: (*conn).getSessionInfo},
		rpc.Login:             {run: (*conn).login},
		rpc.Logout:            {run: (*conn).logout},
		rpc.GetAttributeValue: {run: (*conn).getAttributeValue},
		rpc.FindObjectsInit:   {run: (*conn).findObjectsInit},
		rpc.FindObjects:       {run: (*conn).findObjects},
		rpc.FindObjectsFinal:  {run: (*conn).findObjectsFinal},
		rpc.SignInit:          {run: (*conn).signInit},
		rpc.Sign:              {run: (*conn).sign, slow: true},
		rpc.SignUpdate:        {run: (*conn).signUpdate},
		rpc.SignFinal:         {run: (*conn).signFinal, slow: true},
	}
}

// rvOf says an error in the words of PKCS#11.
func rvOf(err error) rpc.RV {
	var rv rpc.RV
	var format *rpc.FormatError
	var denied *broker.Denied
	switch {
	case errors.As(err, &rv):
		return rv
	case errors.As(err, &format):
		return rpc.ArgumentsBad
	case errors.Is(err, broker.ErrNoLogin), errors.Is(err, broker.ErrEnded):
		return rpc.DeviceRemoved
	case errors.As(err, &denied), errors.Is(err, broker.ErrBudget):
		return rpc.FunctionRejected
	case errors.Is(err, broker.ErrScheme):
		return rpc.MechanismInvalid
	case errors.Is(err, context.Canceled):
		return rpc.FunctionCanceled
	}
	return rpc.DeviceError
}

// initialize begins a program's use of the card.
func (c *conn) initialize(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	handshake, _ := r.ByteArray()
	r.Byte()
	r.ByteArray()
	if err := r.Done(); err != nil {
		return err
	}
	if string(handshake) != rpc.Handshake {
		return rpc.ArgumentsBad
	}
	_, seen, _ := c.s.o.Broker.Present()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = seen
	c.giveUp()
	c.use, c.giveUp = context.WithCancel(ctx)
	return nil
}

// finalize ends a program's use of the card, and nobody else's. Its other threads are answered first: p11-kit's client closes
// the connection once this is answered, and a thread that waits for more would wait forever.
func (c *conn) finalize(_ context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	if err := r.Done(); err != nil {
		return err
	}
	c.giveUp()
	c.calls.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.sessions)
	return nil
}

func (c *conn) getInfo(_ context.Context, r *rpc.Reader, w *rpc.Writer) error {
	if err := r.Done(); err != nil {
		return err
	}
	w.Version(2, 40)
	w.Text(manufacturer, 32)
	w.Ulong(0)
	w.Text("virtual SITHS card", 32)
	w.Version(1, 0)
	return nil
}
