package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

const (
	person   = "anna"
	hsaID    = "SE2321000131-P000000000001"
	otherID  = "SE2321000131-P000000000002"
	waitTime = 20 * time.Second // for anything that should take a second
)

// cardPIN is the virtual card's own PIN, a fresh copy each time: whoever takes it wipes it.
func cardPIN() []byte { return []byte("123456") }

// world is the private world that all figures are measured in.
type world struct {
	lab     *stack.Lab
	bus     *stack.Bus
	reader  *stack.PCSCD
	session *stack.Session
	pki     string // the card's keys and certificates
	other   string // those of a colleague's
	trust   string // the certificates to trust
}

// newWorld starts everything that stays for the whole run. The caller closes it.
func newWorld(ctx context.Context) (*world, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("the bench needs root: it starts a login manager and logs people in, in a world of its own")
	}
	lab, err := stack.New(ctx, stack.Options{})
	if err != nil {
		return nil, err
	}
	w := &world{lab: lab, pki: lab.Path("card"), other: lab.Path("colleague"), trust: lab.Path("trust")}
	if err := w.furnish(ctx); err != nil {
		return nil, errors.Join(err, lab.Close())
	}
	return w, nil
}

func (w *world) close() error { return w.lab.Close() }

// furnish issues the card and starts reader service, bus, login manager and a desktop session.
func (w *world) furnish(ctx context.Context) error {
	if err := w.issue(); err != nil {
		return fmt.Errorf("issuing the card: %w", err)
	}
	var err error
	if w.reader, err = w.lab.PCSCD(ctx); err != nil {
		return err
	}
	// The bench watches the reader too, as a second client of the same service.
	if err := os.Setenv("PCSCLITE_CSOCK_NAME", w.reader.Socket()); err != nil {
		return err
	}
	if w.bus, err = w.lab.Bus(ctx); err != nil {
		return err
	}
	logind, err := w.lab.Logind(ctx, w.bus)
	if err != nil {
		return err
	}
	if w.session, err = logind.CreateSession(ctx, person); err != nil {
		return err
	}
	return w.preparePeers(ctx)
}

func (w *world) issue() error {
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		return err
	}
	card, err := pki.IssueCard(testpki.Person{HSAID: hsaID})
	if err != nil {
		return err
	}
	colleague, err := pki.IssueCard(testpki.Person{GivenName: "Bob", Surname: "Prov", HSAID: otherID})
	if err != nil {
		return err
	}
	return errors.Join(card.Write(w.pki), colleague.Write(w.other), pki.WriteTrust(w.trust))
}

// counters are what the card has counted (siths-vcard, stat).
type counters struct {
	APDU      int `json:"apdu"`
	PINStatus int `json:"pin_status"` // of those: questions for the state of the PIN, which the heartbeat is
}

func count(card *stack.Card) (counters, error) {
	var c counters
	answer, err := card.Command("stat")
	if err == nil {
		err = json.Unmarshal([]byte(answer), &c)
	}
	if err != nil {
		return c, fmt.Errorf("reading the card's counters: %w", err)
	}
	return c, nil
}
