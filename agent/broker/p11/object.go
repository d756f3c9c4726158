package p11

import (
	"bytes"
	"context"
	"slices"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/broker/system"
)

// getAttributeValue tells attributes of an object (PKCS#11 2.40, 5.7): all that can be told are, whatever is wrong with
// others, and the last thing that is wrong is returned.
func (c *conn) getAttributeValue(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number, handle, wanted := r.Ulong(), r.Ulong(), r.Wanted()
	if err := r.Done(); err != nil {
		return err
	}
	_, card, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	o := card.object(handle)
	if o == nil {
		return rpc.ObjectHandleInvalid
	}
	rv, told := rpc.OK, make([]rpc.Attribute, len(wanted))
	for i, want := range wanted {
		value, known := o.attributes[want.Type]
		told[i] = rpc.Attribute{Type: want.Type, Value: value}
		switch {
		case o.private && isSecret(want.Type):
			rv = rpc.AttributeSensitive
		case !known:
			rv = rpc.AttributeTypeInvalid
		case want.Room > 0 && want.Room < len(value):
			rv = rpc.BufferTooSmall
		}
	}
	w.Attributes(told)
	w.Ulong(uint64(rv))
	return nil
}

// isSecret says whether an attribute of a private key is the key itself (PKCS#11 Current Mechanisms 2.40, 2.1.3).
func isSecret(attribute uint32) bool {
	return attribute >= rpc.AttrPrivateExponent && attribute <= rpc.AttrCoefficient
}

func (c *conn) findObjectsInit(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number, template := r.Ulong(), r.Attributes()
	if err := r.Done(); err != nil {
		return err
	}
	s, card, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	sole := wantsSole(c.who)
	if s.finds {
		return rpc.OperationActive
	}
	s.finds, s.found = true, nil
	for _, o := range card.objects {
		if o.fits(template) && !(sole && o.authority) {
			s.found = append(s.found, o.handle)
		}
	}
	return nil
}

// fits says whether an object has all that a template asks for.
func (o *object) fits(template []rpc.Attribute) bool {
	return !slices.ContainsFunc(template, func(a rpc.Attribute) bool {
		value, known := o.attributes[a.Type]
		return !known || a.Value == nil || !bytes.Equal(value, a.Value)
	})
}

func (c *conn) findObjects(ctx context.Context, r *rpc.Reader, w *rpc.Writer) error {
	number, room := r.Ulong(), r.Room()
	if err := r.Done(); err != nil {
		return err
	}
	s, _, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.finds {
		return rpc.OperationNotInitialized
	}
	n := min(room, len(s.found))
	w.UlongArray(s.found[:n])
	s.found = s.found[n:]
	return nil
}

func (c *conn) findObjectsFinal(ctx context.Context, r *rpc.Reader, _ *rpc.Writer) error {
	number := r.Ulong()
	if err := r.Done(); err != nil {
		return err
	}
	s, _, err := c.session(ctx, number)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.finds {
		return rpc.OperationNotInitialized
	}
	s.finds, s.found = false, nil
	return nil
}

// wantsSole says whether a program is to find the card's own certificate alone. MIT's kinit makes no choice: where it finds
// two certificates, and krb5.conf(5) has no pkinit_cert_match, it gives up; it has the issuers from pkinit_pool. What ssh
// finds goes into authorized_keys(5), and nobody means to let an authority in.
func wantsSole(who broker.Caller) bool {
	return slices.Contains(system.Programs(system.Kerberos), who.Exe) || slices.Contains(system.Programs(system.SSH), who.Exe)
}
