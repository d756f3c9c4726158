package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"siths-agent/agent/identity"
	"siths-agent/agent/identity/revocation"
	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
	"siths-agent/pcsc/siths"
)

const (
	identifications = 300
	questions       = 100
	opensslRounds   = 30
	listEntries     = 100_000
	searches        = 300
)

// The peers of what is measured without a card.
const (
	openssl = "openssl"
	goX509  = "crypto/x509"
)

// trust is a hierarchy with a responder of its own, and the folders that verification needs.
type trust struct {
	pki     *testpki.PKI
	card    *testpki.Card
	folder  string // of trusted certificates
	scratch string
}

// measureTrust measures what is between a card's certificates and its holder. No card is asked.
func (w *world) measureTrust(ctx context.Context) ([]figure, error) {
	l, err := responder.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }() // the run is over
	t, err := w.newTrust(l.URL)
	if err != nil {
		return nil, err
	}
	go func() { _ = l.Answer(responder.New(t.pki, nil)) }() // ends with Close
	var all []figure
	for _, part := range []func(context.Context) ([]figure, error){t.measureChoice, func(ctx context.Context) ([]figure, error) { return w.measureOCSP(ctx, t) }, t.measureList} {
		figures, err := part(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, figures...)
	}
	return all, nil
}

func (w *world) newTrust(address string) (*trust, error) {
	t := &trust{folder: w.lab.Path("bench-trust"), scratch: w.lab.Path("bench-revocation")}
	var err error
	if t.pki, err = testpki.New(testpki.Options{BaseURL: address, CABits: 4096}); err != nil {
		return nil, err
	}
	if t.card, err = t.pki.IssueCard(testpki.Person{HSAID: hsaID, Personnummer: "191212121212"}); err != nil {
		return nil, err
	}
	if err := t.pki.WriteTrust(t.folder); err != nil {
		return nil, err
	}
	return t, os.MkdirAll(t.scratch, 0o700)
}

// identifier judges cards as the service does.
func (t *trust) identifier(store *revocation.Store, order ...revocation.Source) (*identity.Identifier, error) {
	table := siths.Table{}
	for _, row := range testpki.Policies() {
		table[row.OID] = siths.Rule{LoA: row.LoA, Identity: siths.Identity(row.Identity), Carrier: siths.Carrier(row.Carrier)}
	}
	return identity.New(identity.Config{
		Environment: identity.Test, Anchors: []string{t.folder}, MinimumLoA: 3, Table: table, Revocation: identity.Require,
		Order: order, Store: store, Sources: []identity.Source{identity.FromAccounts}, Accounts: map[string]string{hsaID: person},
		Lookup: func(name string) (identity.Account, error) { return identity.Account{Name: name}, nil },
	})
}

// measureChoice identifies a card whose lists are in the folder.
func (t *trust) measureChoice(ctx context.Context) ([]figure, error) {
	for _, id := range testpki.IDs() {
		if _, err := t.pki.WriteCRL(t.folder, id, testpki.CRL{}); err != nil {
			return nil, err
		}
	}
	who, err := t.identifier(nil)
	if err != nil {
		return nil, err
	}
	var took sample
	for range identifications {
		begun := time.Now()
		if _, err := who.Identify(ctx, t.card.DER()); err != nil {
			return nil, err
		}
		took = append(took, millis(time.Since(begun)))
	}
	return []figure{{Name: "certificate chosen and verified, no network, p95", Unit: millisecs, Ours: number(p95(took)), Goal: atMost(5),
		Note: "four certificates on the card, authorities of 4096 bits, lists of all authorities."}}, t.forgetLists()
}

func (t *trust) forgetLists() error {
	files, err := filepath.Glob(filepath.Join(t.folder, "*.crl"))
	for _, file := range files {
		if err == nil {
			err = os.Remove(file)
		}
	}
	return err
}

// measureList looks certificates up in a list of many.
func (t *trust) measureList(ctx context.Context) ([]figure, error) {
	file, err := t.pki.WriteCRL(t.folder, testpki.PersonHSA3, testpki.CRL{Entries: listEntries})
	if err != nil {
		return nil, err
	}
	before := heap()
	c := &revocation.Checker{Folders: revocation.NewFolders([]string{t.folder}),
		Store: revocation.Open(revocation.Options{Log: slog.New(slog.DiscardHandler)})}
	ca, leaf := t.pki.CA(testpki.PersonHSA3).Cert, t.card.Auth.Cert
	if got := c.Check(ctx, leaf, ca); got.Result != revocation.Good {
		return nil, fmt.Errorf("a good card is %s by a list of %d", got.Result, listEntries)
	}
	held := heap() - before
	var ours sample
	for range searches {
		begun := time.Now()
		c.Check(ctx, leaf, ca)
		ours = append(ours, millis(time.Since(begun)))
	}
	runtime.KeepAlive(c)
	theirs, theirHeld, err := searchLinearly(file, leaf.SerialNumber)
	if err != nil {
		return nil, err
	}
	return []figure{
		{Name: "looked up in a revocation list of 100,000, p95", Unit: millisecs, Ours: number(p95(ours)), Goal: atMost(1),
			Peers: map[string]number{goX509: number(p95(theirs))}, Note: "ours looks whether the file has changed each time; the peer goes through the parsed list."},
		{Name: "memory of a revocation list of 100,000", Unit: megabytes, Ours: number(held), Goal: atMost(16), Peers: map[string]number{goX509: number(theirHeld)}},
	}, nil
}

// searchLinearly is the peer: the list as crypto/x509 reads it.
func searchLinearly(file string, serial *big.Int) (sample, float64, error) {
	before := heap()
	der, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, err
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, 0, err
	}
	held := heap() - before
	var took sample
	for range searches {
		begun := time.Now()
		if slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool { return e.SerialNumber.Cmp(serial) == 0 }) {
			return nil, 0, fmt.Errorf("%x is on the list", serial)
		}
		took = append(took, millis(time.Since(begun)))
	}
	runtime.KeepAlive(list)
	return took, held, nil
}

// heap is what lives, in MB.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}
