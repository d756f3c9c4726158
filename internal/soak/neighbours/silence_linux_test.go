package neighbours

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// goalAnswer is how long whoever looks may wait, whatever the card does.
const goalAnswer = 200 * time.Millisecond

// waited is how long an answer takes at least that waits for a card: half of what a card may be silent for (operation_timeout).
const waited = 2500 * time.Millisecond

// looking asks for the status all the time until the returned function is called, which tells how long each took.
func (w *world) looking() (stop func() soak.Times) {
	ctx, cancel := context.WithCancel(w.t.Context())
	api, told := w.API, make(chan soak.Times, 1)
	go func() {
		var took soak.Times
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			begun := time.Now()
			if _, err := api.Snapshot(context.WithoutCancel(ctx)); err != nil {
				w.t.Errorf("looking: %v", err)
			}
			took = append(took, time.Since(begun))
			<-tick.C
		}
		told <- took
	}()
	return func() soak.Times { cancel(); return <-told }
}

// silences are cards that make whoever waits for them wait long. A reader that another program holds is looked at in
// the tests of the readers.
func silences() map[string]func(w *world) {
	return map[string]func(*world){
		"silent from the start": func(w *world) {
			card := w.Card(w.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN, Absent: true})
			w.Must(card.Fault("silent"))
			w.Must(card.Insert())
			w.AwaitPhase(apitype.Refused)
		},
		"silent at the PIN": func(w *world) {
			card := w.InsertAnna()
			w.Must(card.Fault("silent"))
			if r := w.Give(workplace.PIN, false); r.OK {
				w.t.Error("it unlocked")
			}
		},
		"slow": func(w *world) {
			slow := stack.CardOptions{PIN: workplace.PIN, Latency: 60 * time.Millisecond, SignLatency: time.Second}
			w.Card(w.Issue(workplace.Anna()), slow)
			w.AwaitPhase(apitype.NeedPIN)
			w.Unlock()
		},
	}
}

func TestWhoeverLooksDoesNotWaitForTheCard(t *testing.T) {
	t.Parallel()
	told, most := "", time.Duration(0)
	var mu sync.Mutex
	t.Run("that is", func(t *testing.T) {
		for what, bring := range silences() {
			t.Run(what, func(t *testing.T) {
				t.Parallel()
				w := open(t, workplace.Plan{})
				stop := w.looking()
				bring(w)
				took := stop()
				if took.Max() > waited {
					t.Errorf("whoever looked waited for the card: %s", took)
				}
				mu.Lock()
				defer mu.Unlock()
				told, most = told+fmt.Sprintf("; %s: %s", what, took), max(most, took.Max())
			})
		}
	})
	soak.Report(t, soak.Row{ID: "4.11", Name: "the status while the card is silent from the start or at the PIN, or slow (60 ms an APDU)",
		Asked: "every answer ≤ 200 ms", Found: told[len("; "):], Missed: most > goalAnswer, Command: "make soak ONLY=TestWhoeverLooks"})
}
