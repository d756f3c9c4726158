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

// shelf has the newest list of each authority at its address, and nothing else.
type shelf struct {
	pki *testpki.PKI
	now func() time.Time
}

func (s shelf) Ask(_ context.Context, q courier.Question) (courier.Answer, error) {
	for _, id := range testpki.IDs() {
		if q.Fetch.URL == "http://127.0.0.1:8089/crl/"+s.pki.ListName(id) {
			der, err := s.pki.CRL(id, testpki.CRL{Age: noon.Sub(s.now())})
			return courier.Answer{Body: der}, err
		}
	}
	return courier.Answer{}, &courier.Failure{Reason: courier.BadStatus}
}

// TestAnAuthorityThatIsRevokedIsFoundByTheListThatWasFetchedAhead has no list in the trust folder, and one of the root on
// the network that nobody asks for while a card is in.
func TestAnAuthorityThatIsRevokedIsFoundByTheListThatWasFetchedAhead(t *testing.T) {
	l := newLab(t)
	card := issue(t, l.pki, testpki.Person{}).DER()
	l.pki.Revoke(testpki.Root, l.pki.CA(testpki.PersonHSA3).Cert)
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		l.cfg.Clock = func() time.Time { return noon.Add(time.Since(begun)) }
		l.cfg.Order = []revocation.Source{revocation.OCSP, revocation.CRL}
		l.cfg.Store = revocation.Open(revocation.Options{Asker: shelf{l.pki, l.cfg.Clock}, Now: l.cfg.Clock, Log: slog.New(slog.DiscardHandler)})
		i := newIdentifier(t, l.cfg)
		if got, err := i.Identify(t.Context(), card); err != nil || got.Revocation.Source != "crl" {
			t.Errorf("before the root's list is there: %+v, %v", got.Revocation, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); l.cfg.Store.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		_, err := i.Identify(t.Context(), card)
		wantRefusal(t, err, apitype.CertRevoked)
		cancel()
		<-ended
	})
}
