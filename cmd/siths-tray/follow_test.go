package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/resident"
)

// script is a service whose watches go as written, one after the other, and then stay silent.
type script struct {
	watches []func(ctx context.Context, f func(apitype.Snapshot) error) error
	began   []time.Duration // of each watch, since the first
	first   time.Time
}

func (s *script) Lock(context.Context) error { return nil }

func (s *script) Watch(ctx context.Context, f func(apitype.Snapshot) error) error {
	if s.first.IsZero() {
		s.first = time.Now()
	}
	s.began = append(s.began, time.Since(s.first))
	if len(s.watches) == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	next := s.watches[0]
	s.watches = s.watches[1:]
	return next(ctx, f)
}

var errCut = errors.New("cut off")

// lasting is a watch that tells one state and is cut off after a while.
func lasting(d time.Duration) func(context.Context, func(apitype.Snapshot) error) error {
	return func(_ context.Context, f func(apitype.Snapshot) error) error {
		if err := f(apitype.Snapshot{Phase: apitype.NoCard}); err != nil {
			return err
		}
		time.Sleep(d)
		return errCut
	}
}

func absent(context.Context, func(apitype.Snapshot) error) error { return errCut }

func silent(ctx context.Context, _ func(apitype.Snapshot) error) error {
	<-ctx.Done()
	return ctx.Err()
}

// followed follows a script for a while, and returns what was told: true for a state, false for silence.
func followed(t *testing.T, s *script, d time.Duration) []bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var told []bool
	follow(ctx, s, slog.New(slog.DiscardHandler), func(e resident.Event) {
		_, state := e.(resident.Told)
		told = append(told, state)
	})
	return told
}

func TestAWatchThatIsCutOffIsTakenUpAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{watches: []func(context.Context, func(apitype.Snapshot) error) error{lasting(time.Hour), lasting(time.Hour)}}
		told := followed(t, s, 3*time.Hour)
		if len(told) < 2 || !told[0] || !told[1] {
			t.Errorf("told were %v", told)
		}
		if len(s.began) < 2 || s.began[1] != time.Hour {
			t.Errorf("the watches began after %v", s.began)
		}
	})
}

func TestAServiceThatThrowsOutIsNotAskedInAHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		for range 1000 {
			s.watches = append(s.watches, lasting(time.Millisecond))
		}
		followed(t, s, time.Minute)
		if n := len(s.began); n < 12 || n > 30 {
			t.Errorf("it was asked %d times in a minute", n)
		}
	})
}

func TestAServiceThatComesBackIsHeardWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		for range 100 {
			s.watches = append(s.watches, absent)
		}
		s.watches = append(s.watches, lasting(time.Hour))
		told := followed(t, s, 20*time.Minute)
		for n, gap := 1, time.Duration(0); n < len(s.began); n++ {
			if gap = s.began[n] - s.began[n-1]; gap > 5*time.Second {
				t.Errorf("attempt %d came %v after the one before", n, gap)
			}
		}
		if n := len(told); n != 101 || told[99] || !told[100] {
			t.Errorf("told were %d, the last %v", n, told[max(0, n-2):])
		}
	})
}

func TestAServiceThatSaysNothingCountsAsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{watches: []func(context.Context, func(apitype.Snapshot) error) error{silent, lasting(time.Hour)}}
		told := followed(t, s, firstWord+time.Minute)
		if len(told) != 2 || told[0] || !told[1] {
			t.Errorf("told were %v", told)
		}
	})
}

func TestPausesGrowAndDifferFromTrayToTray(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 100 {
		p := pauses{least: time.Second, most: time.Minute}
		for n, grown := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
			d := p.next()
			if most := grown * time.Second; d < most/2 || d >= most {
				t.Errorf("pause %d is %v", n, d)
			}
			seen[d] = true
		}
	}
	if len(seen) < 700 {
		t.Errorf("only %d of 800 pauses differ", len(seen))
	}
}
