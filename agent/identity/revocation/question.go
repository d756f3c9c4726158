package revocation

import "context"

// question is something that was asked for and has not come yet. Whoever wants the same waits for the same.
type question struct {
	done chan struct{}
	err  error // set before done is closed
}

// wait returns how the question went, or the error of ctx, which leaves the question going on.
func (q *question) wait(ctx context.Context) error {
	select {
	case <-q.done:
		return q.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask starts a question, or joins the one that is under way, and notes whether who was asked has answered. The question
// goes on when ctx, of whoever began it, has ended.
func (s *Store) ask(ctx context.Context, what, whom string, f func(ctx context.Context) error) *question {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.asked[what]; q != nil {
		return q
	}
	q := &question{done: make(chan struct{})}
	s.asked[what] = q
	go func() {
		q.err = f(context.WithoutCancel(ctx))
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.asked, what)
		if delete(s.failed, whom); q.err != nil {
			s.failed[whom] = s.clock.running()
		}
		close(q.done)
	}()
	return q
}
