package unlock

import "sync"

// queueLimit is how many events wait for a slow reader.
const queueLimit = 1024

// queue hands events to one reader in order. Putting never waits; of equal events that wait only the newest stays,
// and when there are too many, those that are losable are forgotten, the oldest first.
type queue struct {
	mu      sync.Mutex
	waiting []Event
	closed  bool
	filled  chan struct{} // holds one token when waiting may have grown
	out     chan Event
	stop    chan struct{}
	done    chan struct{}
}

// newQueue starts the goroutine that hands events out; close ends it.
func newQueue() *queue {
	q := &queue{filled: make(chan struct{}, 1), out: make(chan Event), stop: make(chan struct{}), done: make(chan struct{})}
	go q.deliver()
	return q
}

// put adds an event.
func (q *queue) put(e Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		release(e)
		return
	}
	q.waiting = append(coalesce(q.waiting, &e), e)
	if len(q.waiting) > queueLimit {
		q.waiting = forget(q.waiting)
	}
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// coalesce takes the event out that says the same as the new one; a sleep that waits is let go together with it.
func coalesce(waiting []Event, e *Event) []Event {
	for i, old := range waiting {
		if old.Kind != e.Kind || old.Session != e.Session {
			continue
		}
		if e.Kind == Sleep {
			newer := *e
			e.Done = func() { release(old); release(newer) }
		}
		return append(waiting[:i:i], waiting[i+1:]...)
	}
	return waiting
}

// forget drops the oldest event that may be lost. Locks are the last to go: there are as many as there are sessions.
func forget(waiting []Event) []Event {
	for i, e := range waiting {
		if e.losable() {
			return append(waiting[:i:i], waiting[i+1:]...)
		}
	}
	return waiting
}

// deliver hands events out until stop.
func (q *queue) deliver() {
	defer close(q.done)
	defer close(q.out)
	for {
		e, ok := q.first()
		if !ok {
			select {
			case <-q.filled:
				continue
			case <-q.stop:
				return
			}
		}
		select {
		case q.out <- e:
		case <-q.stop:
			release(e)
			return
		}
	}
}

// first takes the oldest event.
func (q *queue) first() (Event, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return Event{}, false
	}
	e := q.waiting[0]
	q.waiting = q.waiting[1:]
	return e, true
}

// close ends the queue; what nobody read is let go.
func (q *queue) close() {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return
	}
	q.closed = true
	for _, e := range q.waiting {
		release(e)
	}
	q.waiting = nil
	q.mu.Unlock()
	close(q.stop)
	<-q.done
}

// release calls Done where there is one.
func release(e Event) {
	if e.Done != nil {
		e.Done()
	}
}
