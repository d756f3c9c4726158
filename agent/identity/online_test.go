package identity

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
	"siths-agent/agent/identity/revocation"
	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

// network answers from a responder without one, or not at all.
type network struct {
	r    *responder.Responder
	mu   sync.Mutex
	down bool
}

func (n *network) Ask(_ context.Context, q courier.Question) (courier.Answer, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down || q.Fetch.Body == nil {
		return courier.Answer{}, &courier.Failure{Reason: courier.Unreachable}
	}
	body, err := n.r.AnswerTo(q.Fetch.Body)
	return courier.Answer{Body: body}, err
}

func (n *network) cut(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
}

// online is a lab whose identifier asks a network, at a time that the test moves: forward, or, as a clock is set, back.
func online(t *testing.T) (*lab, *network, func(time.Duration)) {
	t.Helper()
	l := newLab(t)
	var mu sync.Mutex
	now := noon
	var ran time.Duration
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	running := func() time.Duration { mu.Lock(); defer mu.Unlock(); return ran }
	n := &network{r: responder.New(l.pki, func() time.Time { return noon.Add(running()) })}
	l.cfg.Clock, l.cfg.Order = clock, []revocation.Source{revocation.OCSP, revocation.CRL}
	l.cfg.Store = revocation.Open(revocation.Options{Asker: n, Every: time.Nanosecond, Now: clock, Running: running, Log: slog.New(slog.DiscardHandler)})
	return l, n, func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now, ran = now.Add(d), ran+max(0, d) }
}

func TestWhoIsLetInWithoutANetworkIsToldSo(t *testing.T) {
	l, n, pass := online(t)
	l.cfg.Revocation, l.cfg.Grace = Grace, day
	i, card := newIdentifier(t, l.cfg), issue(t, l.pki, testpki.Person{}).DER()
	got, err := i.Identify(t.Context(), card)
	if err != nil || got.Revocation != (apitype.Revocation{Result: "good", Source: "ocsp"}) || len(got.Warnings) != 0 {
		t.Fatalf("online: %+v with %v, %v", got.Revocation, got.Warnings, err)
	}
	n.cut(true)
	pass(30 * time.Minute) // the answer is current
	if got, err = i.Identify(t.Context(), card); err != nil || got.Revocation.AgeS != 1800 || len(got.Warnings) != 0 {
		t.Errorf("with a current answer: %+v with %v, %v", got.Revocation, got.Warnings, err)
	}
	pass(time.Hour)
	if got, err = i.Identify(t.Context(), card); err != nil || !slices.Contains(got.Warnings, apitype.NetworkDown) || got.Revocation.AgeS != 5400 {
		t.Errorf("within the grace: %+v with %v, %v", got.Revocation, got.Warnings, err)
	}
	pass(day)
	_, err = i.Identify(t.Context(), card)
	wantRefusal(t, err, apitype.CertRevocationUnknown)

	n.cut(false)
	if got, err = i.Identify(t.Context(), card); err != nil || len(got.Warnings) != 0 {
		t.Errorf("online again: %v, %v", got.Warnings, err)
	}
}

func TestANewPolicyKeepsWhatIsKnown(t *testing.T) {
	l, n, pass := online(t)
	card := issue(t, l.pki, testpki.Person{Revoked: true}).DER()
	_, err := newIdentifier(t, l.cfg).Identify(t.Context(), card)
	wantRefusal(t, err, apitype.CertRevoked)
	n.cut(true)
	pass(100 * day)
	for _, mode := range []Mode{Require, Grace, Off} {
		l.cfg.Revocation = mode
		_, err := newIdentifier(t, l.cfg).Identify(t.Context(), card)
		wantRefusal(t, err, apitype.CertRevoked)
	}
}

func TestAClockThatIsSetBackDoesNotMakeACertificateValidAgain(t *testing.T) {
	l, _, pass := online(t)
	i, card := newIdentifier(t, l.cfg), issue(t, l.pki, testpki.Person{Ends: day}).DER()
	if _, err := i.Identify(t.Context(), card); err != nil {
		t.Fatal(err)
	}
	pass(2 * day)
	_, err := i.Identify(t.Context(), card)
	wantRefusal(t, err, apitype.CertExpired)
	if _, err = i.Identify(t.Context(), issue(t, l.pki, testpki.Person{}).DER()); err != nil {
		t.Fatal(err)
	}
	pass(-2 * day)
	_, err = i.Identify(t.Context(), card)
	wantRefusal(t, err, apitype.CertExpired)
}
