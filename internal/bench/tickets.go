package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/errand"
	"siths-agent/agent/ticket"
	"siths-agent/agent/unlock"
	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

// mitKinit is the peer of tickets: kinit by itself, with the key in a file.
const mitKinit = "kinit"

const ticketRounds = 40

// business is a KDC, and a keeper that asks it by way of siths-ticket. The card is a key in memory.
type business struct {
	dir    string
	kdc    *lab.Lab
	pki    *testpki.PKI
	card   *testpki.Card
	broker *broker.Broker
	ready  <-chan struct{}
	signed chan time.Duration // what the card itself took
}

// measureTickets logs in again and again, and waits for the ticket.
func (w *world) measureTickets(ctx context.Context) (all []figure, err error) {
	ctx, cancel := context.WithCancel(ctx)
	b := &business{signed: make(chan time.Duration, 16)}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	ends := []func(){cancel}
	defer func() {
		for _, end := range ends {
			end()
		}
	}()
	if err := b.openRealm(ctx); err != nil {
		return nil, err
	}
	kept, err := w.keepGetter(ctx, b.socket())
	if err != nil {
		return nil, err
	}
	keeper, err := b.newKeeper(ctx)
	if err != nil {
		return nil, err
	}
	ran := make(chan struct{})
	go func() { defer close(ran); keeper.Run(ctx) }()
	ends = append(ends, func() { <-ran; <-kept.Done(); b.kdc.Close() })
	return b.compare(ctx)
}

func (b *business) socket() string { return filepath.Join(b.dir, "ticket.sock") }

// openRealm runs a KDC that knows one card.
func (b *business) openRealm(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp("", "bench-tickets-"); err != nil {
		return err
	}
	if err = os.Chmod(b.dir, 0o755); err != nil { // siths-ticket walks into it
		return err
	}
	if b.pki, err = testpki.New(testpki.Options{}); err != nil {
		return err
	}
	if b.card, err = b.pki.IssueCard(lab.Card(person, hsaID)); err != nil {
		return err
	}
	if err = b.card.Write(b.dir); err != nil {
		return err
	}
	b.kdc, err = lab.Start(ctx, lab.Options{Dir: filepath.Join(b.dir, "lab"), PKI: b.pki, Parts: []lab.Part{lab.KDC}, People: []string{person}})
	return err
}

// keepGetter runs the child that has kinit get tickets.
func (w *world) keepGetter(ctx context.Context, socket string) (*errand.Kept, error) {
	program, err := w.lab.Program("siths-ticket")
	if err != nil {
		return nil, err
	}
	return errand.Keep(ctx, errand.Child{User: ticket.User, Program: program, Socket: socket, Log: slog.New(slog.DiscardHandler)})
}

// noSessions: nothing here runs on a desktop.
type noSessions struct{}

func (noSessions) SessionOf(context.Context, int32, uint32) (unlock.Session, error) {
	return unlock.Session{}, nil
}

func (b *business) newKeeper(ctx context.Context) (*kerberos.Keeper, error) {
	record := func(context.Context, audit.Row) error { return nil }
	log := slog.New(slog.DiscardHandler)
	b.broker = broker.New(broker.Parts{Record: record, Log: log})
	systems := []system.System{{Name: "journal", Kind: system.Kerberos, Kerberos: &system.KerberosRule{Principal: "{upn}", Config: b.kdc.Krb5Conf()}}}
	b.broker.Reload(systems)
	b.ready = b.broker.Watch(ctx)
	k, err := kerberos.New(kerberos.Options{Run: b.dir, Broker: b.broker, Callers: caller.New(ctx, noSessions{}),
		Tickets: &ticket.Client{Socket: b.socket()}, Record: record, Log: log})
	if err == nil {
		k.Reload(systems)
	}
	return k, err
}

// sign is the card.
func (b *business) sign(_ context.Context, s token.Scheme, digest []byte) ([]byte, error) {
	begun := time.Now()
	signature, err := rsa.SignPKCS1v15(rand.Reader, b.card.Auth.Key, s.Hash(), digest)
	b.signed <- time.Since(begun)
	return signature, err
}

// compare takes turns with the peer, so that both meet the same machine.
func (b *business) compare(ctx context.Context) ([]figure, error) {
	var ours, theirs sample
	for n := range ticketRounds + 1 {
		took, err := b.logIn(ctx, uint64(n+1))
		if err != nil {
			return nil, err
		}
		alone, err := b.kinit(ctx)
		if err != nil {
			return nil, err
		}
		if n > 0 { // in the first round kinit's file is read for the first time
			ours, theirs = append(ours, took), append(theirs, alone)
		}
	}
	return []figure{{Name: "Kerberos ticket from the PIN, over the card's own time, median", Unit: millisecs, Ours: number(ours.median()), Goal: atMost(60),
		Peers: map[string]number{mitKinit: number(theirs.median())},
		Note: fmt.Sprintf("%d logins by PKINIT at MIT's KDC on loopback; until the ticket is where programs look. p95 %.0f ms, the peer's %.0f ms: kinit by itself, with its key in a file.",
			ticketRounds, p95(ours), p95(theirs))}}, nil
}

// logIn is one login, until its ticket is there.
func (b *business) logIn(ctx context.Context, insertion uint64) (float64, error) {
	ctx, out := context.WithCancel(ctx)
	defer out()
	begun := time.Now()
	b.broker.Open(ctx, broker.Login{Insertion: insertion, Account: person, UID: uint32(os.Geteuid()), HSAID: hsaID, UPN: lab.UPN(person), Certificate: b.card.Auth.Cert.Raw,
		Issuers: [][]byte{b.pki.CA(testpki.PersonHSA3).Cert.Raw}, Schemes: token.Schemes(), Sign: b.sign})
	for {
		select {
		case <-b.ready:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		switch s := b.broker.Systems()[0]; s.State {
		case broker.Ready:
			return millis(time.Since(begun) - <-b.signed), nil
		case broker.Refused, broker.Unreachable:
			return 0, s.Why
		}
	}
}

// kinit is the peer.
func (b *business) kinit(ctx context.Context) (float64, error) {
	cmd := exec.CommandContext(ctx, "kinit", "-c", filepath.Join(b.dir, "peer"), "-X",
		"X509_user_identity=FILE:"+filepath.Join(b.dir, "auth.pem")+","+filepath.Join(b.dir, "auth.key"), lab.UPN(person))
	cmd.Env = []string{"KRB5_CONFIG=" + b.kdc.Krb5Conf()}
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("running kinit: %w: %s", err, out)
	}
	return millis(time.Since(begun)), nil
}
