package p11

import (
	"crypto"
	"errors"
	"sync"
	"testing"

	"github.com/miekg/pkcs11"

	"siths-agent/agent/broker/p11/rpc"
)

// load loads p11-kit's module into this process, as a browser does.
func load(t *testing.T, w *world) *pkcs11.Ctx {
	t.Helper()
	t.Setenv("P11_KIT_SERVER_ADDRESS", "unix:path="+w.socket)
	m := pkcs11.New(client)
	if m == nil {
		t.Fatal("the module does not load")
	}
	t.Cleanup(m.Destroy)
	if err := m.Initialize(); err != nil {
		t.Fatal(err)
	}
	return m
}

// begun opens a session by the module, and finds the private key.
func begun(t *testing.T, m *pkcs11.Ctx) (pkcs11.SessionHandle, pkcs11.ObjectHandle) {
	t.Helper()
	s, err := m.OpenSession(theSlot, pkcs11.CKF_SERIAL_SESSION)
	if err != nil {
		t.Fatal(err)
	}
	err = m.FindObjectsInit(s, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY)})
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := m.FindObjects(s, 10)
	if err = errors.Join(err, m.FindObjectsFinal(s)); err != nil || len(found) != 1 {
		t.Fatalf("there are keys %v: %v", found, err)
	}
	return s, found[0]
}

// by signs by the module.
func by(m *pkcs11.Ctx, s pkcs11.SessionHandle, key pkcs11.ObjectHandle) ([]byte, error) {
	if err := m.SignInit(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_SHA256_RSA_PKCS, nil)}, key); err != nil {
		return nil, err
	}
	return m.Sign(s, []byte("what is signed"))
}

// TestTheStockModuleOutlivesCards: a program that loads it in the morning uses it all day, over removals and other people's
// cards, and what it holds of one is nothing with the next.
func TestTheStockModuleOutlivesCards(t *testing.T) {
	w := newWorld(t)
	m := load(t, w)
	defer func() { _ = m.Finalize() }()
	s, key := begun(t, m)
	digest := crypto.SHA256.New()
	_, _ = digest.Write([]byte("what is signed"))
	for insertion := range uint64(3) {
		if signature, err := by(m, s, key); err != nil || verifies(w.card, crypto.SHA256, false, digest.Sum(nil), signature) != nil {
			t.Fatalf("card %d: %v", insertion, err)
		}
		w.out()
		if _, err := by(m, s, key); !errors.Is(err, pkcs11.Error(rpc.SessionHandleInvalid)) {
			t.Errorf("without card %d: %v", insertion, err)
		}
		if info, err := m.GetSlotInfo(theSlot); err != nil || info.Flags&pkcs11.CKF_TOKEN_PRESENT != 0 {
			t.Errorf("without card %d the slot has flags %#x: %v", insertion, info.Flags, err)
		}
		w.card = issue(t, "Bo Berg")
		w.insert(t, insertion+2, w.card)
		if _, err := by(m, s, key); !errors.Is(err, pkcs11.Error(rpc.SessionHandleInvalid)) {
			t.Errorf("with the card after %d: %v", insertion, err)
		}
		former := key
		if s, key = begun(t, m); key == former {
			t.Errorf("key %d is another card's too", key)
		}
		if _, err := by(m, s, former); !errors.Is(err, pkcs11.Error(rpc.KeyHandleInvalid)) {
			t.Errorf("with the key of card %d: %v", insertion, err)
		}
	}
}

// TestThreadsOfAProgramShareAConnection: calls of one go on while the card signs for another.
func TestThreadsOfAProgramShareAConnection(t *testing.T) {
	w := newWorld(t)
	w.takes = make(chan struct{})
	m := load(t, w)
	defer func() { _ = m.Finalize() }()
	s, key := begun(t, m)
	var signing sync.WaitGroup
	signing.Go(func() {
		if _, err := by(m, s, key); err != nil {
			t.Error(err)
		}
	})
	for w.signatures() == 0 && t.Context().Err() == nil { // until the card is at it
		if _, err := m.GetSlotList(true); err != nil {
			t.Fatal(err)
		}
	}
	if slots, err := m.GetSlotList(true); err != nil || len(slots) != 1 {
		t.Errorf("meanwhile there are slots %v: %v", slots, err)
	}
	close(w.takes)
	signing.Wait()
}
