package remote

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"

	"siths-agent/agent/broker/p11/rpc"
)

// Why there is no card to sign with, or not in this way.
var (
	ErrNoCard = errors.New("there is no card for this program")
	ErrScheme = errors.New("the card does not sign in this way")
)

// Card is the card that is logged in, with a session of its own. It is a crypto.Signer for digests of SHA-256, SHA-384
// and SHA-512.
type Card struct {
	conn       *Conn
	session    uint64
	key        uint64
	mechanisms []uint64
	leaf       *x509.Certificate
	issuers    [][]byte
}

// Open finds the card at a socket. ErrNoCard: nobody has logged in, or no rule lets this program use the card.
func Open(ctx context.Context, socket string) (*Card, error) {
	conn, err := Dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	c, err := read(conn)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("reading the virtual card: %w", err)
	}
	return c, nil
}

func read(conn *Conn) (*Card, error) {
	slots, err := conn.Slots(true)
	if err != nil {
		return nil, err
	}
	if len(slots) == 0 {
		return nil, ErrNoCard
	}
	c := &Card{conn: conn}
	if c.session, err = conn.OpenSession(slots[0]); err != nil {
		return nil, err
	}
	keys, err := conn.Find(c.session, rpc.Attribute{Type: rpc.AttrClass, Value: rpc.Number(rpc.ClassPrivateKey)})
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, ErrNoCard
	}
	c.key = keys[0]
	if err := c.readMechanisms(slots[0]); err != nil {
		return nil, err
	}
	return c, c.readCertificates()
}

func (c *Card) readMechanisms(slot uint64) error {
	r, err := c.conn.Call(rpc.GetMechanismList, func(w *rpc.Writer) {
		w.Ulong(slot)
		w.Room(most)
	})
	if err != nil {
		return err
	}
	c.mechanisms, _ = r.UlongArray()
	return r.Done()
}

// readCertificates reads the certificate that has the key's number, and those of authorities.
func (c *Card) readCertificates() error {
	id, err := c.conn.Attribute(c.session, c.key, rpc.AttrID)
	if err != nil {
		return err
	}
	own, err := c.certificates(rpc.Attribute{Type: rpc.AttrID, Value: id})
	if err != nil {
		return err
	}
	if len(own) == 0 {
		return ErrNoCard
	}
	if c.leaf, err = x509.ParseCertificate(own[0]); err != nil {
		return err
	}
	if _, ok := c.leaf.PublicKey.(*rsa.PublicKey); !ok {
		return ErrScheme
	}
	c.issuers, err = c.certificates(rpc.Attribute{Type: rpc.AttrCertificateCategory, Value: rpc.Number(rpc.CategoryAuthority)})
	return err
}

func (c *Card) certificates(with rpc.Attribute) ([][]byte, error) {
	found, err := c.conn.Find(c.session, rpc.Attribute{Type: rpc.AttrClass, Value: rpc.Number(rpc.ClassCertificate)}, with)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, object := range found {
		der, err := c.conn.Attribute(c.session, object, rpc.AttrValue)
		if err != nil {
			return nil, err
		}
		out = append(out, der)
	}
	return out, nil
}

// Close ends the session.
func (c *Card) Close() error { return c.conn.Close() }

// Certificate is that of the key.
func (c *Card) Certificate() *x509.Certificate { return c.leaf }

// Public is the public half of the key, an *rsa.PublicKey.
func (c *Card) Public() crypto.PublicKey { return c.leaf.PublicKey }

// TLS is the card as a TLS client uses it, with its issuers, for the ways to sign that it manages.
func (c *Card) TLS() tls.Certificate {
	out := tls.Certificate{Certificate: append([][]byte{c.leaf.Raw}, c.issuers...), PrivateKey: c, Leaf: c.leaf}
	for _, a := range []struct {
		mechanism uint32
		ways      []tls.SignatureScheme
	}{
		{rpc.MechRSAPKCSPSS, []tls.SignatureScheme{tls.PSSWithSHA256, tls.PSSWithSHA384, tls.PSSWithSHA512}},
		{rpc.MechRSAPKCS, []tls.SignatureScheme{tls.PKCS1WithSHA256, tls.PKCS1WithSHA384, tls.PKCS1WithSHA512}},
	} {
		if slices.Contains(c.mechanisms, uint64(a.mechanism)) {
			out.SupportedSignatureAlgorithms = append(out.SupportedSignatureAlgorithms, a.ways...)
		}
	}
	return out
}

// Sign has the card sign a digest: RSASSA-PSS with *rsa.PSSOptions and a salt as long as the hash, else
// RSASSA-PKCS1-v1_5. The errors are ErrScheme, an rpc.RV, and those of a connection that has ended.
func (c *Card) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	mechanism, data, err := c.mechanism(digest, opts)
	if err != nil {
		return nil, err
	}
	r, err := c.conn.Call(rpc.SignInit, func(w *rpc.Writer) {
		w.Ulong(c.session)
		w.Mechanism(mechanism)
		w.Ulong(c.key)
	})
	if err == nil {
		err = r.Done()
	}
	if err != nil {
		return nil, fmt.Errorf("beginning a signature: %w", err)
	}
	r, err = c.conn.Call(rpc.Sign, func(w *rpc.Writer) {
		w.Ulong(c.session)
		w.ByteArray(data)
		w.Room(room)
	})
	if err != nil {
		return nil, fmt.Errorf("having the card sign: %w", err)
	}
	signature, _ := r.ByteArray()
	return signature, r.Done()
}

func (c *Card) mechanism(digest []byte, opts crypto.SignerOpts) (rpc.Mechanism, []byte, error) {
	h := opts.HashFunc()
	pss, name, ok := rpc.PSSFor(h)
	if !ok || len(digest) != h.Size() {
		return rpc.Mechanism{}, nil, ErrScheme
	}
	want, isPSS := opts.(*rsa.PSSOptions)
	if !isPSS {
		return rpc.Mechanism{Type: rpc.MechRSAPKCS}, append(name, digest...), nil
	}
	if want.SaltLength != rsa.PSSSaltLengthEqualsHash && want.SaltLength != h.Size() {
		return rpc.Mechanism{}, nil, ErrScheme
	}
	return rpc.Mechanism{Type: rpc.MechRSAPKCSPSS, PSS: &pss}, digest, nil
}
