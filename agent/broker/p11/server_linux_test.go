package p11

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"os"
	"slices"
	"testing"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/p11/remote"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/broker/system"
)

// dial connects a client of ours.
func dial(t *testing.T, w *world) *remote.Conn {
	t.Helper()
	c, err := remote.Dial(t.Context(), w.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// opened opens a session, and finds the private key.
func opened(t *testing.T, c *remote.Conn) (number, key uint64) {
	t.Helper()
	number, err := c.OpenSession(theSlot)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.Find(number, rpc.Attribute{Type: rpc.AttrClass, Value: rpc.Number(rpc.ClassPrivateKey)})
	if err != nil || len(keys) != 1 {
		t.Fatalf("there are keys %v: %v", keys, err)
	}
	return number, keys[0]
}

// sign signs, with room for so many bytes.
func sign(c *remote.Conn, session, key uint64, m rpc.Mechanism, data []byte, room int) ([]byte, int, error) {
	if err := signInit(c, session, key, m); err != nil {
		return nil, 0, err
	}
	return signOnce(c, session, data, room)
}

func signInit(c *remote.Conn, session, key uint64, m rpc.Mechanism) error {
	r, err := c.Call(rpc.SignInit, func(w *rpc.Writer) {
		w.Ulong(session)
		w.Mechanism(m)
		w.Ulong(key)
	})
	if err != nil {
		return err
	}
	return r.Done()
}

func signOnce(c *remote.Conn, session uint64, data []byte, room int) ([]byte, int, error) {
	r, err := c.Call(rpc.Sign, func(w *rpc.Writer) {
		w.Ulong(session)
		w.ByteArray(data)
		w.Room(room)
	})
	if err != nil {
		return nil, 0, err
	}
	signature, length := r.ByteArray()
	return signature, length, r.Done()
}

func TestAClientOfOursSignsInAllWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, err := remote.Open(t.Context(), w.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		d := h.New()
		_, _ = d.Write([]byte("what is signed"))
		for _, opts := range []crypto.SignerOpts{h, &rsa.PSSOptions{Hash: h, SaltLength: rsa.PSSSaltLengthEqualsHash}} {
			signature, err := c.Sign(rand.Reader, d.Sum(nil), opts)
			_, pss := opts.(*rsa.PSSOptions)
			if err != nil || verifies(w.card, h, pss, d.Sum(nil), signature) != nil {
				t.Errorf("%v, PSS %v: %v", h, pss, err)
			}
		}
	}
	if got := c.TLS(); len(got.Certificate) != 2 || !bytes.Equal(got.Certificate[0], w.card.Auth.Cert.Raw) || len(got.SupportedSignatureAlgorithms) != 6 {
		t.Errorf("for TLS there are %d certificates and %v", len(got.Certificate), got.SupportedSignatureAlgorithms)
	}
}

func TestADeniedProgramSeesNoSlot(t *testing.T) {
	t.Parallel()
	s := anyProgram("browsers", system.TLS)
	s.Caller.Exe = []string{"/usr/bin/another"}
	w := newWorld(t, s)
	c := dial(t, w)
	for _, withCard := range []bool{false, true} {
		if slots, err := c.Slots(withCard); err != nil || len(slots) != 0 {
			t.Errorf("it sees %v: %v", slots, err)
		}
	}
	if _, err := c.OpenSession(theSlot); !errors.Is(err, rpc.SlotIDInvalid) {
		t.Errorf("a session comes to %v", err)
	}
	if _, err := remote.Open(t.Context(), w.socket); !errors.Is(err, remote.ErrNoCard) {
		t.Errorf("it came to %v", err)
	}
}

func TestWithoutALoginTheSlotIsEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	w.out()
	all, err := c.Slots(false)
	with, err2 := c.Slots(true)
	if err != nil || err2 != nil || !slices.Equal(all, []uint64{theSlot}) || len(with) != 0 {
		t.Errorf("there are slots %v, %v with a card: %v, %v", all, with, err, err2)
	}
	if _, err := c.OpenSession(theSlot); !errors.Is(err, rpc.TokenNotPresent) {
		t.Errorf("a session comes to %v", err)
	}
}

// TestASessionEndsWithItsLogin: a program that holds a session over removal, and over another person's card after it, has
// nothing of either; its connection stays, and it may begin anew.
func TestASessionEndsWithItsLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	pkcs1 := rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}
	if _, _, err := sign(c, number, key, pkcs1, []byte("first"), 256); err != nil {
		t.Fatal(err)
	}
	if err := signInit(c, number, key, pkcs1); err != nil {
		t.Fatal(err)
	}
	w.out()
	if _, _, err := signOnce(c, number, []byte("second"), 256); !errors.Is(err, rpc.SessionHandleInvalid) {
		t.Errorf("without a card a signature comes to %v", err)
	}
	w.insert(t, 2, issue(t, "Bo Berg"))
	if _, _, err := signOnce(c, number, []byte("second"), 256); !errors.Is(err, rpc.SessionHandleInvalid) {
		t.Errorf("with another card a signature comes to %v", err)
	}
	fresh, other := opened(t, c)
	if fresh == number || other == key {
		t.Errorf("session %d is %d again, or key %d is %d", number, fresh, key, other)
	}
	if _, err := c.Attribute(fresh, key, rpc.AttrModulus); !errors.Is(err, rpc.ObjectHandleInvalid) {
		t.Errorf("the other card's key comes to %v", err)
	}
	if got := w.signatures(); got != 1 {
		t.Errorf("%d signatures were made", got)
	}
}

func TestObjectsHaveTheSameNumbersEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := dial(t, w), dial(t, w)
	session1, key1 := opened(t, first)
	_, again := opened(t, first)
	session2, key2 := opened(t, second)
	if session1 != session2 || key1 != again || key1 != key2 {
		t.Errorf("keys %d, %d, %d", key1, again, key2)
	}
	w.out()
	w.insert(t, 1, w.card) // locked and unlocked: the card stayed in
	if _, key3 := opened(t, second); key3 != key1 {
		t.Errorf("after a lock the key is %d, not %d", key3, key1)
	}
}

func TestAProgramThatHasBecomeAnotherGetsNoSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	w.mu.Lock()
	w.changed = caller.ErrChanged
	w.mu.Unlock()
	if _, _, err := sign(c, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}, []byte("x"), 256); !errors.Is(err, rpc.FunctionRejected) {
		t.Errorf("a signature comes to %v", err)
	}
	if got := w.signatures(); got != 0 {
		t.Errorf("%d signatures were made", got)
	}
}

func TestOnlyADigestWithItsNameIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	_, name, _ := rpc.PSSFor(crypto.SHA256)
	digest := bytes.Repeat([]byte{7}, 32)
	for what, data := range map[string][]byte{
		"nothing":              nil,
		"a digest alone":       digest,
		"a digest too short":   append(bytes.Clone(name), digest[1:]...),
		"a digest too long":    append(bytes.Clone(name), bytes.Repeat([]byte{7}, 33)...),
		"a digest of SHA-1":    append([]byte{0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 20}, digest[:20]...),
		"another hash's name":  append([]byte{0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 32}, digest...),
		"MD5 and SHA-1 of TLS": bytes.Repeat([]byte{9}, 36),
	} {
		if _, _, err := sign(c, number, key, rpc.Mechanism{Type: rpc.MechRSAPKCS}, data, 256); !errors.Is(err, rpc.DataInvalid) {
			t.Errorf("%s comes to %v", what, err)
		}
	}
	signature, _, err := sign(c, number, key, rpc.Mechanism{Type: rpc.MechRSAPKCS}, append(bytes.Clone(name), digest...), 256)
	if err != nil || verifies(w.card, crypto.SHA256, false, digest, signature) != nil || w.signatures() != 1 {
		t.Errorf("a digest with its name comes to %v after %d signatures", err, w.signatures())
	}
}

// TestASocketClosesWithWhatItIsFor: its connections end too, and the file is gone.
func TestASocketClosesWithWhatItIsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	door := Socket{Name: "short", UID: w.uid, Use: broker.Use{Kinds: []system.Kind{system.TLS}}}
	if err := w.server.Add(ctx, door); err != nil {
		t.Fatal(err)
	}
	c, err := remote.Dial(t.Context(), w.server.doors.Path(door.Name))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil { // until the connection is closed, or the test's time is over
		_, err = c.Slots(false)
	}
	for err = nil; !errors.Is(err, os.ErrNotExist) && t.Context().Err() == nil; {
		_, err = os.Lstat(w.server.doors.Path(door.Name))
	}
}
