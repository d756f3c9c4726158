package identity

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
	"siths-agent/agent/identity/revocation"
	"siths-agent/internal/testpki"
)

// abyss takes questions and lets their time go by.
type abyss struct{}

func (abyss) Ask(ctx context.Context, q courier.Question) (courier.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	<-ctx.Done()
	return courier.Answer{}, &courier.Failure{Reason: courier.Late}
}

func (abyss) Account(ctx context.Context, _ string) (string, bool, error) {
	<-ctx.Done()
	return "", false, noContact{}
}

func (abyss) Holds(context.Context, string, string) (bool, bool, error) { return false, false, nil }

// TestNobodyWaitsLongerForASilentNetworkThanTheServiceDoes has nobody answer: neither about the card, nor about its
// authority, whose list is out of date, nor about the account. Policy allows for more than there is.
func TestNobodyWaitsLongerForASilentNetworkThanTheServiceDoes(t *testing.T) {
	l := newLab(t)
	card := issue(t, l.pki, testpki.Person{}).DER()
	l.crl(t, "old.crl", testpki.Root, testpki.CRL{Age: 100 * day})
	l.cfg.Sources, l.cfg.Accounts, l.cfg.Directory = []Source{FromAccounts, FromLDAP}, nil, abyss{}
	l.cfg.Order, l.cfg.Timeout = []revocation.Source{revocation.OCSP, revocation.CRL}, 30*time.Second
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		l.cfg.Clock = func() time.Time { return noon.Add(time.Since(begun)) }
		l.cfg.Store = revocation.Open(revocation.Options{Asker: abyss{}, Now: l.cfg.Clock, Log: slog.New(slog.DiscardHandler)})
		i := newIdentifier(t, l.cfg)
		for range 3 {
			asked := time.Now()
			_, err := i.Identify(t.Context(), card)
			wantRefusal(t, err, apitype.CertRevocationUnknown)
			if took := time.Since(asked); took > revocation.MaxWait {
				t.Errorf("it took %s", took)
			}
		}
		time.Sleep(5 * time.Minute) // what was asked for lists ends by itself
	})
}
