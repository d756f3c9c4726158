package revocation

import (
	"sync"
	"time"
)

// clock tells a time that setting the machine's clock back does not make earlier. Beside the wall clock it knows two
// times that have passed and that go on with the running time of the machine: the latest that the wall clock has shown,
// and the latest that an authority has signed. A wall clock that was wrong by being late shows in the first alone, which
// is taken back when an authority agrees with the corrected clock.
type clock struct {
	wall    func() time.Time
	running func() time.Duration // never stands still and cannot be set

	mu     sync.Mutex
	seen   passed
	signed passed
	newest time.Time // what the newest answer speaks of that the wall clock was believed by
}

// passed is a time that has come, and when that was noted.
type passed struct {
	at   time.Time
	when time.Duration
}

func (p passed) by(running time.Duration) time.Time {
	if p.at.IsZero() {
		return p.at
	}
	return p.at.Add(running - p.when)
}

// marks are what is kept of a clock over a restart.
type marks struct {
	Seen   time.Time `json:"seen"`
	Signed time.Time `json:"signed"`
	Newest time.Time `json:"newest"`
}

// now is the time to reckon ages by.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest()
}

func (c *clock) latest() time.Time {
	wall, running := c.wall(), c.running()
	if wall.After(c.seen.by(running)) {
		c.seen = passed{wall, running}
	}
	return highWater(wall, c.seen.by(running), c.signed.by(running))
}

// witness takes in a verified answer. Each is a reason to believe the wall clock once, when it first agrees with it: one
// that came while the clock was wrong is often the only one that there is when the clock has been corrected.
func (c *clock) witness(e evidence) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !e.this.After(c.newest) || e.this.After(c.latest().Add(skew)) {
		return
	}
	wall, running := c.wall(), c.running()
	if e.this.After(c.signed.by(running)) {
		c.signed = passed{e.this, running}
	}
	late := wall.Before(c.signed.by(running).Add(-skew))
	if !late && isCurrent(e, wall, 0) {
		c.seen, c.newest = passed{wall, running}, e.this
	}
}

func (c *clock) marks() marks {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest()
	running := c.running()
	return marks{c.seen.by(running), c.signed.by(running), c.newest}
}

// resume goes on from what was kept.
func (c *clock) resume(m marks) {
	c.mu.Lock()
	defer c.mu.Unlock()
	running := c.running()
	c.seen, c.signed, c.newest = passed{m.Seen, running}, passed{m.Signed, running}, m.Newest
}
