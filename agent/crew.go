package agent

import "sync"

// crew counts goroutines. Unlike a sync.WaitGroup it may grow from nothing while somebody waits for it to be idle.
// The zero crew is idle.
type crew struct {
	mu      sync.Mutex
	running int
	waiting []chan struct{}
}

// add counts one more and returns what it has to call when it ends.
func (c *crew) add() (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running++
	return c.leave
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running--; c.running > 0 {
		return
	}
	for _, w := range c.waiting {
		close(w)
	}
	c.waiting = nil
}

// idle returns a channel that is closed as soon as nobody runs.
func (c *crew) idle() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := make(chan struct{})
	if c.running == 0 {
		close(w)
	} else {
		c.waiting = append(c.waiting, w)
	}
	return w
}
