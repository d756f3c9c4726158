package main

import (
	"sync"

	"siths-agent/ui/dialog"
)

// inbox is what has happened and was not looked at yet. Putting something in never waits. Of states of the service that
// follow each other only the newest is kept, so that no flood of them grows it.
type inbox struct {
	mu    sync.Mutex
	queue []entry
	ready chan struct{}
}

// entry is an event, and who wants to know whether it was taken in time.
type entry struct {
	dialog.Event
	taken chan<- bool
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

func (b *inbox) put(e dialog.Event) { b.add(entry{Event: e}) }

func (b *inbox) add(e entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.queue); n > 0 && isTold(e) && isTold(b.queue[n-1]) {
		b.queue[n-1] = e
	} else {
		b.queue = append(b.queue, e)
	}
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

func isTold(e entry) bool {
	_, told := e.Event.(dialog.Told)
	return told
}

// take returns all that is in it.
func (b *inbox) take() []entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.queue
	b.queue = nil
	return all
}
