package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
)

// scene is an agent whose snapshots come at their times.
type scene struct {
	agent
	acts []act
	end  error // after the last act; nil: nothing more comes
}

type act struct {
	at       time.Duration
	phase    apitype.Phase
	problems []apitype.Problem
}

func (s *scene) Watch(ctx context.Context, see func(apitype.Snapshot) error) error {
	begin := time.Now()
	for _, a := range s.acts {
		select {
		case <-time.After(a.at - time.Since(begin)):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := see(apitype.Snapshot{Phase: a.phase, Problems: a.problems}); err != nil {
			return err
		}
	}
	if s.end != nil {
		return s.end
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestTheWaitForACard(t *testing.T) {
	unreachable := &apitype.Problem{Code: apitype.AgentUnreachable}
	cases := map[string]struct {
		wait time.Duration
		acts []act
		end  error
		code apitype.Code // "" when a card is there
		took time.Duration
	}{
		"a card is in":                      {0, []act{{0, apitype.NeedPIN, nil}}, nil, "", 0},
		"a card that is refused is a card":  {0, []act{{0, apitype.Refused, nil}}, nil, "", 0},
		"a locked session has its card":     {0, []act{{0, apitype.Locked, nil}}, nil, "", 0},
		"an unlocked session has its card":  {0, []act{{0, apitype.Unlocked, nil}}, nil, "", 0},
		"no card and no wait":               {0, []act{{0, apitype.NoCard, nil}}, nil, apitype.CardNone, 0},
		"no reader and no wait":             {0, []act{{0, apitype.NoReader, nil}}, nil, apitype.ReaderNone, 0},
		"the reason why there is no reader": {0, []act{{0, apitype.NoReader, []apitype.Problem{{Code: "network.down"}, {Code: "reader.service-down"}}}}, nil, apitype.ReaderServiceDown, 0},
		"the reason why there is no card":   {0, []act{{0, apitype.NoCard, []apitype.Problem{{Code: "card.unreadable"}}}}, nil, apitype.CardUnreadable, 0},
		"no card for the whole wait":        {5 * time.Second, []act{{0, apitype.NoCard, nil}}, nil, apitype.CardNone, 5 * time.Second},
		"a card within the wait":            {5 * time.Second, []act{{0, apitype.NoCard, nil}, {2 * time.Second, apitype.Reading, nil}, {3 * time.Second, apitype.NeedPIN, nil}}, nil, "", 3 * time.Second},
		"a card after the wait":             {5 * time.Second, []act{{0, apitype.NoCard, nil}, {6 * time.Second, apitype.NeedPIN, nil}}, nil, apitype.CardNone, 5 * time.Second},
		"just put in, with no wait":         {0, []act{{0, apitype.Reading, nil}, {2 * time.Second, apitype.NeedPIN, nil}}, nil, "", 2 * time.Second},
		"just put in, and it stays silent":  {0, []act{{0, apitype.Reading, nil}}, nil, apitype.CardSilent, 3 * time.Second},
		"put in at the last moment":         {5 * time.Second, []act{{0, apitype.NoCard, nil}, {4900 * time.Millisecond, apitype.Reading, nil}, {7 * time.Second, apitype.NeedPIN, nil}}, nil, "", 7 * time.Second},
		"taken out while it is read":        {0, []act{{0, apitype.Reading, nil}, {time.Second, apitype.NoCard, nil}}, nil, apitype.CardNone, time.Second},
		"put in again and again":            {2 * time.Second, []act{{0, apitype.Reading, nil}, {time.Second, apitype.NoCard, nil}, {1500 * time.Millisecond, apitype.Reading, nil}}, nil, apitype.CardSilent, 4500 * time.Millisecond},
		"no agent":                          {60 * time.Second, nil, unreachable, apitype.AgentUnreachable, 0},
		"an agent that says nothing":        {0, nil, nil, apitype.AgentUnreachable, 3 * time.Second},
		"an agent that ends the watch":      {60 * time.Second, []act{{0, apitype.NoCard, nil}, {time.Second, apitype.NoCard, nil}}, unreachable, apitype.AgentUnreachable, time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				err := awaitCard(t.Context(), &scene{acts: c.acts, end: c.end}, c.wait)
				if took := time.Since(begin); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if code, _ := codeOf(err); code != c.code || (err == nil) != (c.code == "") {
					t.Errorf("got %v, want %q", err, c.code)
				}
			})
		})
	}
}

func TestTheWaitEndsWithTheModule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		err := awaitCard(ctx, &scene{acts: []act{{0, apitype.NoCard, nil}}}, time.Minute)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
