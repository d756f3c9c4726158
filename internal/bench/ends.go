package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

const (
	endRounds = 10
	endless   = 1_000_000
	warmUp    = 200 * time.Millisecond // after which programs use the card, and have not had their thousand of this minute
	holders   = 100                    // of grants, when a login ends in memory
)

// ends are what programs saw of removals, in ms.
type ends struct {
	asking  sample // from the reader's notice until a program that only asks is told
	notice  sample // from the pull to that notice
	signing sample // from the pull until the last signature that a program was given
	refused sample // from the pull until its first refusal
	grants  sample // from the end of a login until the last grant is dead
}

// measureEnds pulls the card while a program asks again and again whether its session is good, and while one signs.
func (w *world) measureEnds(ctx context.Context) ([]figure, error) {
	card, err := w.lab.Card(ctx, w.pki, stack.CardOptions{})
	if err != nil {
		return nil, err
	}
	defer card.Kill()
	if err := w.copySelf(); err != nil {
		return nil, err
	}
	s, err := w.startService(ctx)
	if err != nil {
		return nil, err
	}
	door, err := w.signOn(ctx, s)
	if err != nil {
		return nil, err
	}
	var all ends
	if err := w.pulls(ctx, card, s, func(sightings <-chan sighting) error { return w.pullAsking(ctx, card, door, sightings, &all) }); err != nil {
		return nil, err
	}
	if err := w.pulls(ctx, card, s, func(sightings <-chan sighting) error { return w.pullSigning(ctx, card, door, sightings, &all) }); err != nil {
		return nil, err
	}
	if all.grants, err = endLogins(ctx); err != nil {
		return nil, err
	}
	return all.figures(), s.stop()
}

// pulls has the card pulled so often, and puts it in again each time.
func (w *world) pulls(ctx context.Context, card *stack.Card, s *service, pull func(<-chan sighting) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sightings := watchReader(ctx)
	for range endRounds {
		if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
			return err
		}
		if err := pull(sightings); err != nil {
			return err
		}
		if err := card.Insert(); err != nil {
			return err
		}
		if _, err := s.await(ctx, "the card's holder", waiting); err != nil {
			return err
		}
		if _, err := s.unlockByAPI(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pulled is what was seen of one removal.
type pulled struct {
	played
	begun time.Time // of the removal
	told  time.Time // when the reader service told its clients
}

// pull has a program use the card until it is refused, and pulls the card.
func (w *world) pull(ctx context.Context, card *stack.Card, door []string, word string, sightings <-chan sighting) (p pulled, err error) {
	ended := make(chan error, 1)
	go func() {
		var failed error
		p.played, failed = w.program(ctx, door, word, p11Client, strconv.Itoa(endless))
		ended <- failed
	}()
	select {
	case <-time.After(warmUp):
	case err := <-ended:
		return p, fmt.Errorf("the program ended with the card in: %w", errors.Join(err, ctx.Err()))
	}
	forget(sightings)
	begun := time.Now()
	if err := card.Remove(); err != nil {
		return p, err
	}
	out, err := next(ctx, "the removal", sightings, isOut)
	if err != nil {
		return p, err
	}
	err = <-ended
	p.begun, p.told = begun, out.at
	return p, err
}

func (w *world) pullAsking(ctx context.Context, card *stack.Card, door []string, sightings <-chan sighting, all *ends) error {
	p, err := w.pull(ctx, card, door, askWord, sightings)
	all.asking = append(all.asking, millis(p.Ended.Sub(p.told)))
	all.notice = append(all.notice, millis(p.told.Sub(p.begun)))
	return err
}

func (w *world) pullSigning(ctx context.Context, card *stack.Card, door []string, sightings <-chan sighting, all *ends) error {
	p, err := w.pull(ctx, card, door, programWord, sightings)
	all.signing = append(all.signing, millis(p.Last.Sub(p.begun)))
	all.refused = append(all.refused, millis(p.Ended.Sub(p.begun)))
	return err
}

func (e ends) figures() []figure {
	return []figure{
		{Name: "removal to a program's session dead, worst", Unit: millisecs, Ours: number(e.asking.worst()), Goal: atMost(50),
			Note: fmt.Sprintf("%d removals, from the moment that a second PC/SC client knows until C_GetSessionInfo, which has nothing to do with the card, says no to a program that asks without a pause; median %.2f ms. The reader service told its clients %.0f ms (median) after the pull. It may tell the service first: then it is negative.", len(e.asking), e.asking.median(), e.notice.median())},
		{Name: "pull to the last signature given, worst", Unit: millisecs, Ours: number(e.signing.worst()),
			Note: fmt.Sprintf("%d removals while a program signs without a pause, from before the card is told to go until its module gave the last signature; median %.2f ms. Its first refusal came %.2f ms after the pull (median; worst %.2f): the card's silence is told before the reader tells.", len(e.signing), e.signing.median(), e.refused.median(), e.refused.worst())},
		{Name: "end of a login to the last of its grants dead, p95", Unit: millisecs, Ours: number(p95(e.grants)), Goal: atMost(50),
			Note: fmt.Sprintf("%d logins in memory with %d grants each: the part of the broker in what a program sees of a removal.", len(e.grants), holders)},
	}
}

// endLogins opens and ends logins in memory, and takes the time at their grants.
func endLogins(ctx context.Context) (sample, error) {
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		return nil, err
	}
	card, err := pki.IssueCard(testpki.Person{HSAID: hsaID})
	if err != nil {
		return nil, err
	}
	b := broker.New(broker.Parts{Record: func(context.Context, audit.Row) error { return nil }, Log: slog.New(slog.DiscardHandler)})
	b.Reload([]system.System{{Name: "bench", Kind: system.TLS, Caller: system.Caller{MinTier: system.T0}, TLS: &system.TLSRule{MaxSignaturesPerMinute: endless}}})
	var all sample
	for n := range loginRounds {
		took, err := endLogin(ctx, b, broker.Login{Insertion: uint64(n + 1), Account: person, HSAID: hsaID,
			Certificate: card.Auth.Cert.Raw, Schemes: token.Schemes(), Sign: signNothing})
		if err != nil {
			return nil, err
		}
		all = append(all, millis(took))
	}
	return all, nil
}

const loginRounds = 100

// signNothing is a card that is not asked.
func signNothing(context.Context, token.Scheme, []byte) ([]byte, error) {
	return make([]byte, sha256.Size), nil
}

// endLogin opens a login, lets programs have grants, and ends it.
func endLogin(ctx context.Context, b *broker.Broker, l broker.Login) (time.Duration, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	b.Open(ctx, l)
	var waiting sync.WaitGroup
	dead := make([]time.Time, holders)
	for i := range holders {
		g, err := b.Grant(ctx, broker.Caller{PID: int32(i + 1), UID: l.UID}, broker.Use{Kinds: []system.Kind{system.TLS}})
		if err != nil {
			return 0, err
		}
		waiting.Go(func() { <-g.Done(); dead[i] = time.Now() })
	}
	begun := time.Now()
	end()
	waiting.Wait()
	return slices.MaxFunc(dead, time.Time.Compare).Sub(begun), nil
}
