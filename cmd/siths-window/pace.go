package main

import (
	"sync"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/dialog"
)

// Every new text that is drawn is remembered by what draws it, for a minute. So states are looked at one by one while they
// come as people and cards make them, and a few a second where something changes all the time.
const (
	paceBurst = 8                      // states that are looked at one after the other
	paceStep  = 250 * time.Millisecond // for each further one
)

// pace puts states of the service into the inbox, no faster than that. The newest always comes there. Its methods may be
// called from any goroutine.
type pace struct {
	inbox *inbox

	mu      sync.Mutex
	newest  *apitype.Snapshot // that is not in the inbox yet
	free    time.Time         // from then on there is room for a whole burst
	waiting bool              // a timer is going to look at newest
}

// tell tells a state, now or as soon as it is its turn.
func (p *pace) tell(s apitype.Snapshot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.newest = &s
	if !p.waiting {
		p.pass()
	}
}

// lost tells that the service does not answer. A state that was told before is none any more.
func (p *pace) lost() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.newest = nil
	p.inbox.put(dialog.Lost{})
}

// pass puts the newest state into the inbox when it may come now, or sees to it later. p.mu is held.
func (p *pace) pass() {
	if p.newest == nil {
		return
	}
	now := time.Now()
	if p.free.Before(now) {
		p.free = now
	}
	if wait := early(p.free, now); wait > 0 {
		p.waiting = true
		time.AfterFunc(wait, p.turn)
		return
	}
	p.free = p.free.Add(paceStep)
	p.inbox.put(dialog.Told{Snapshot: *p.newest})
	p.newest = nil
}

func (p *pace) turn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = false
	p.pass()
}
