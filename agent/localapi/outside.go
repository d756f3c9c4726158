package localapi

import (
	"context"
	"sync"
	"time"
)

const (
	// outsideAtOnce is how many questions to the name service and the login manager may be open at a time: each can
	// hold a thread, which Go never gives back, and any user can make us ask as often as they like.
	outsideAtOnce = 8
	// memberTime is how long it is remembered who is in the helpdesk group.
	memberTime = 5 * time.Second
)

// outside is the queue for questions to others that users bring about. Its zero value is ready.
type outside struct {
	once    sync.Once
	slots   chan struct{}
	mu      sync.Mutex
	members map[uint32]member
}

// member is what was answered about a user, and until when it is believed.
type member struct {
	yes   bool
	until time.Time
}

func (o *outside) init() {
	o.once.Do(func() { o.slots, o.members = make(chan struct{}, outsideAtOnce), map[uint32]member{} })
}

// do runs f when it is its turn, unless ctx ends before.
func (o *outside) do(ctx context.Context, f func()) error {
	o.init()
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
		f()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// helpdesk asks whether a user is in the helpdesk group, or remembers.
func (o *outside) helpdesk(ctx context.Context, uid uint32, ask func(uint32) bool) bool {
	if m, ok := o.remembered(uid); ok {
		return m
	}
	yes := false
	if err := o.do(ctx, func() {
		var known bool
		if yes, known = o.remembered(uid); !known { // somebody before us in the queue may have asked
			yes = ask(uid)
			o.remember(uid, yes)
		}
	}); err != nil {
		return false
	}
	return yes
}

func (o *outside) remembered(uid uint32) (yes, known bool) {
	o.init()
	o.mu.Lock()
	defer o.mu.Unlock()
	m, ok := o.members[uid]
	return m.yes, ok && time.Now().Before(m.until)
}

func (o *outside) remember(uid uint32, yes bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	for other, m := range o.members {
		if now.After(m.until) {
			delete(o.members, other)
		}
	}
	o.members[uid] = member{yes, now.Add(memberTime)}
}
