package localapi

import (
	"sync"
	"time"
)

// A user's connections together may read and write this often: far more than anybody needs, and little enough that
// twenty users who do their worst leave time for the others.
const (
	paceEvery = time.Second / 200
	paceBurst = 400 * paceEvery // that may be used up at once after a rest
	paceAhead = 20 * paceEvery  // when so many wait for their turn, the user gets no further connection
)

// pace spreads what one user brings about over time.
type pace struct {
	mu   sync.Mutex
	next time.Time
}

// delay takes a turn and says how long it is until then.
func (p *pace) delay(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rested := now.Add(-paceBurst); p.next.Before(rested) {
		p.next = rested
	}
	p.next = p.next.Add(paceEvery)
	return p.next.Sub(now)
}

// hurried says that the user's turns are taken for a while ahead.
func (p *pace) hurried(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next.Sub(now) > paceAhead
}

// idle says that a new pace would be no different.
func (p *pace) idle(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next.Before(now.Add(-paceBurst))
}
