package main

import (
	"context"
	"time"

	"siths-agent/agent/apitype"
)

// How a service is looked for again: at once when it was there, and then ever less often.
const (
	soonest = 50 * time.Millisecond
	latest  = 2 * time.Second
	silence = 3 * time.Second // after which one that takes calls and tells nothing counts as lost
)

// watch tells of the service's state until ctx ends. A service that cuts a watcher off is asked again before it counts as
// lost.
func (w *window) watch(ctx context.Context) {
	p := &pace{inbox: w.inbox}
	for wait := soonest; ctx.Err() == nil; wait = min(2*wait, latest) {
		if w.watchOnce(ctx, p) {
			wait = soonest
		} else if ctx.Err() == nil {
			p.lost()
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// watchOnce watches until it is cut off, and says whether anything was told.
func (w *window) watchOnce(ctx context.Context, p *pace) (told bool) {
	quiet := time.AfterFunc(silence, p.lost)
	defer quiet.Stop()
	_ = w.service.Watch(ctx, func(s apitype.Snapshot) error {
		quiet.Stop()
		told = true
		p.tell(s)
		return nil
	})
	return told
}
