package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

// ourService is the PAM service that names our module.
const ourService = "siths-bench"

// moment is a snapshot with the time at which the bench had it.
type moment struct {
	apitype.Snapshot
	at time.Time
}

// service is our service under test, with everything it shows.
type service struct {
	*stack.Agent
	api     client.Client
	moments chan moment
	cancel  context.CancelFunc
	watched chan error
}

// certificatePolicies says what the test cards' certificate policies stand for, as the policy file has it.
func certificatePolicies() string {
	var b strings.Builder
	for _, p := range testpki.Policies() {
		fmt.Fprintf(&b, "[[trust.policy]]\noid = %q\nloa = %d\nidentity = %q\ncarrier = %q\n", p.OID, p.LoA, p.Identity, p.Carrier)
	}
	return b.String()
}

// startService starts our service and waits until it shows whose card is in.
func (w *world) startService(ctx context.Context) (*service, error) {
	return w.startServiceWith(ctx, "")
}

// startServiceWith is startService with more policy.
func (w *world) startServiceWith(ctx context.Context, more string) (*service, error) {
	a, err := w.lab.Agent(ctx, stack.AgentOptions{
		Anchors: []string{w.trust}, Accounts: map[string]string{hsaID: person, otherID: person}, Policy: more + certificatePolicies()})
	if err != nil {
		return nil, err
	}
	module, err := w.lab.Program("pam_siths.so")
	if err != nil {
		return nil, err
	}
	if err := w.lab.PAM(ourService, "auth required "+module+" socket="+a.Socket()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &service{Agent: a, api: client.Client{Socket: a.Socket()}, moments: make(chan moment, 1024), cancel: cancel, watched: make(chan error, 1)}
	go func() {
		s.watched <- s.api.Watch(ctx, func(x apitype.Snapshot) error {
			s.moments <- moment{x, time.Now()}
			return nil
		})
	}()
	_, err = s.await(ctx, "the card's holder", waiting)
	return s, err
}

// stop ends the service, so that others can have the card.
func (s *service) stop() error {
	s.cancel()
	<-s.watched
	return s.Stop()
}

// await returns the next moment at which yes is true.
func (s *service) await(ctx context.Context, what string, yes func(apitype.Snapshot) bool) (moment, error) {
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	for {
		select {
		case m := <-s.moments:
			if yes(m.Snapshot) {
				return m, nil
			}
		case err := <-s.watched:
			s.watched <- err
			return moment{}, fmt.Errorf("waiting for %s: the watch ended: %w", what, err)
		case <-ctx.Done():
			return moment{}, fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
}

// waiting says that the card is read and a PIN is wanted.
func waiting(s apitype.Snapshot) bool {
	return s.Holder != nil && (s.Phase == apitype.NeedPIN || s.Phase == apitype.Locked)
}

func unlocked(s apitype.Snapshot) bool { return s.Phase == apitype.Unlocked }
func empty(s apitype.Snapshot) bool    { return s.Phase == apitype.NoCard }

// relock locks and waits until the card is ready for the next PIN.
func (s *service) relock(ctx context.Context) error {
	if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
		return err
	}
	return s.relockNow(ctx)
}

// relockNow is relock for a card that is known to be unlocked.
func (s *service) relockNow(ctx context.Context) error {
	if err := s.api.Lock(ctx); err != nil {
		return err
	}
	_, err := s.await(ctx, "the card after the lock", waiting)
	return err
}

// apiUnlock is one unlock without the programs around it.
type apiUnlock struct {
	pin    time.Duration // from the PIN to the card's word that it is good
	answer time.Duration // from there to the answer, with the audit row on disk
}

// unlockByAPI gives the PIN and fetches the answer as the PAM module's helper does.
func (s *service) unlockByAPI(ctx context.Context) (apiUnlock, error) {
	offer, err := s.api.UnlockBegin(ctx, apitype.UnlockRequest{Account: person, Service: "bench"})
	if err != nil {
		return apiUnlock{}, err
	}
	start := time.Now()
	result, err := s.api.PIN(ctx, apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock}, cardPIN())
	if err == nil && result.Problem != nil {
		err = result.Problem
	}
	if err != nil {
		return apiUnlock{}, err
	}
	good := time.Now()
	_, err = s.api.UnlockFinish(ctx, offer.Unlock)
	return apiUnlock{pin: good.Sub(start), answer: time.Since(good)}, err
}
