package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/agent/errand"
	"siths-agent/agent/identity/revocation"
)

var errNotGood = errors.New("openssl did not find the certificate good")

// measureOCSP identifies a card anew each time, with an answer that the courier fetches from this machine.
func (w *world) measureOCSP(ctx context.Context, t *trust) ([]figure, error) {
	program, err := w.lab.Program("siths-courier")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	socket := filepath.Join(t.scratch, "courier.sock")
	running, err := errand.Keep(ctx, errand.Child{User: courier.User, Program: program, Socket: socket, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		cancel()
		return nil, err
	}
	defer func() { cancel(); <-running.Done() }()
	ours, err := t.askRepeatedly(ctx, &courier.Client{Socket: socket})
	if err != nil {
		return nil, err
	}
	theirs, err := t.askWithOpenSSL(ctx)
	if err != nil {
		return nil, err
	}
	return []figure{{Name: "OCSP asked, and everything verified, on loopback, p95", Unit: millisecs, Ours: number(p95(ours)), Goal: atMost(20),
		Peers: map[string]number{openssl: number(p95(theirs))},
		Note:  "ours asks through the courier, verifies the chain and the person, and writes the answer to disk; the peer is `openssl ocsp -url`, a process each time."}}, nil
}

// askRepeatedly asks with a store that knows nothing yet.
func (t *trust) askRepeatedly(ctx context.Context, asker revocation.Asker) (sample, error) {
	var took sample
	for n := range questions {
		store := revocation.Open(revocation.Options{Dir: filepath.Join(t.scratch, fmt.Sprint("store-", n)), Asker: asker, Every: time.Nanosecond,
			Log: slog.New(slog.DiscardHandler)})
		who, err := t.identifier(store, revocation.OCSP)
		if err != nil {
			return nil, err
		}
		begun := time.Now()
		p, err := who.Identify(ctx, t.card.DER())
		if err != nil {
			return nil, err
		}
		if p.Revocation.Source != string(revocation.OCSP) {
			return nil, fmt.Errorf("the answer is %+v", p.Revocation)
		}
		took = append(took, millis(time.Since(begun)))
	}
	return took, nil
}

// askWithOpenSSL is the peer.
func (t *trust) askWithOpenSSL(ctx context.Context) (sample, error) {
	if err := t.card.Write(t.scratch); err != nil {
		return nil, err
	}
	issuer := filepath.Join(t.folder, "testsithseidpersonhsaid3cav1.pem")
	args := []string{"ocsp", "-issuer", issuer, "-cert", filepath.Join(t.scratch, "auth.pem"), "-url", t.card.Auth.Cert.OCSPServer[0],
		"-CAfile", filepath.Join(t.folder, "testsithseidrootcav2.pem"), "-verify_other", issuer}
	var took sample
	for range opensslRounds {
		begun := time.Now()
		if out, err := exec.CommandContext(ctx, "openssl", args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %w: %s", errNotGood, err, out)
		}
		took = append(took, millis(time.Since(begun)))
	}
	return took, nil
}
