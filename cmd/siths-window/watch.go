package main

import (
	"context"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/dialog"
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
	for wait := soonest; ctx.Err() == nil; wait = min(2*wait, latest) {
		if w.watchOnce(ctx) {
			wait = soonest
		} else if ctx.Err() == nil {
			w.inbox.put(dialog.Lost{})
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// watchOnce watches until it is cut off, and says whether anything was told.
func (w *window) watchOnce(ctx context.Context) (told bool) {
	quiet := time.AfterFunc(silence, func() { w.inbox.put(dialog.Lost{}) })
	defer quiet.Stop()
	_ = w.service.Watch(ctx, func(s apitype.Snapshot) error {
		quiet.Stop()
		told = true
		w.inbox.put(dialog.Told{Snapshot: s})
		return nil
	})
	return told
}
