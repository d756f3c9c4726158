// Package forward sends audit rows to the municipality's log server as well, each at least once and in order.
package forward

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Target takes messages over. It returns how many of them, from the first on, have been taken over for good; less than
// all comes with an error.
type Target interface {
	Send(ctx context.Context, messages []Message) (int, error)
}

// Forwarder sends the rows of one log. The log itself is the queue: what was not taken over is read again.
type Forwarder struct {
	Dir     string // of the log; the cursor is kept there too
	Target  Target
	Origin  Origin          // who is sending
	Wrote   <-chan struct{} // told when there are new rows
	Trouble func(down bool) // told when nothing has been taken over for long, and when something is again
	Log     *slog.Logger
}

const (
	// gather is how long further rows are waited for before some are sent.
	gather = time.Second
	// firstPause and lastPause bound the pause after a failure, which doubles with each.
	firstPause, lastPause = 2 * time.Second, 5 * time.Minute
	// trouble is how long nothing may be taken over before somebody is told.
	trouble = 15 * time.Minute
)

// Run sends until ctx ends. It waits for nobody but the target.
func (f *Forwarder) Run(ctx context.Context) {
	t := tail{dir: f.Dir}
	pause, since, told := firstPause, time.Time{}, false
	for ctx.Err() == nil {
		n, err := f.round(ctx, &t)
		switch {
		case err != nil && ctx.Err() != nil:
			return
		case err != nil:
			if since.IsZero() {
				since = time.Now()
			}
			f.Log.Warn("audit rows not forwarded", "error", err, "for", time.Since(since).Round(time.Second))
			if down := time.Since(since) >= trouble; down != told {
				told = down
				f.Trouble(down)
			}
			wait(ctx, jitter(pause), nil)
			pause = min(2*pause, lastPause)
			continue
		case told:
			f.Trouble(false)
		}
		pause, since, told = firstPause, time.Time{}, false
		if n == 0 && wait(ctx, 0, f.Wrote) {
			wait(ctx, gather, nil)
		}
	}
}

// round sends what comes next and moves the cursor behind what was taken over. It returns how many rows that was.
func (f *Forwarder) round(ctx context.Context, t *tail) (int, error) {
	rows, err := t.next()
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	messages := make([]Message, len(rows))
	for i, r := range rows {
		messages[i] = f.Origin.message(r)
	}
	n, err := f.Target.Send(ctx, messages)
	if n = takenOver(n, len(rows)); n > 0 {
		if err := t.taken(rows[n-1].mark); err != nil {
			return n, err
		}
	}
	return n, err
}

// jitter keeps many PCs from coming back at the same moment.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// wait waits for d, or without d for a word, and says whether that is what came.
func wait(ctx context.Context, d time.Duration, word <-chan struct{}) bool {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-word:
	case <-over:
	case <-ctx.Done():
		return false
	}
	return true
}
