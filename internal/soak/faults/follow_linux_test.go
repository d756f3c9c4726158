package faults

import (
	"context"
	"sync"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// follower keeps what the service last told, and which insertion was the highest, so that a card that is gone at once
// is seen all the same.
type follower struct {
	mu        sync.Mutex
	last      apitype.Snapshot
	insertion uint64
	news      chan struct{} // closed and replaced at each snapshot
}

// follow watches until ctx ends. A service that hangs up is called again.
func follow(ctx context.Context, api client.Client) *follower {
	f := &follower{news: make(chan struct{})}
	go func() {
		for ctx.Err() == nil {
			_ = api.Watch(ctx, f.take) // cut off because it fell behind, or because the test is over
		}
	}()
	return f
}

func (f *follower) take(s apitype.Snapshot) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = s
	if s.Card != nil {
		f.insertion = max(f.insertion, s.Card.Insertion)
	}
	close(f.news)
	f.news = make(chan struct{})
	return nil
}

func (f *follower) now() (apitype.Snapshot, uint64, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last, f.insertion, f.news
}

// until waits for a snapshot that is asked for, and says whether it came in time.
func (f *follower) until(limit time.Duration, yes func(s apitype.Snapshot, insertion uint64) bool) (apitype.Snapshot, bool) {
	over := time.NewTimer(limit)
	defer over.Stop()
	for {
		s, insertion, news := f.now()
		if yes(s, insertion) {
			return s, true
		}
		select {
		case <-news:
		case <-over.C:
			return s, false
		}
	}
}
