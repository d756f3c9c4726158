package pcsc

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ebfe/scard"
)

// fakeService is a PC/SC context whose readers a test sets.
type fakeService struct {
	mu      sync.Mutex
	readers map[string]scard.StateFlag // name → state with its counter
	changed chan struct{}
	dead    error
}

func newFakeService() *fakeService {
	return &fakeService{readers: map[string]scard.StateFlag{}, changed: make(chan struct{}, 16)}
}

func (f *fakeService) set(name string, state scard.StateFlag) {
	f.mu.Lock()
	f.readers[name] = state
	f.mu.Unlock()
	f.changed <- struct{}{}
}

func (f *fakeService) die(err error) {
	f.mu.Lock()
	f.dead = err
	f.mu.Unlock()
	f.changed <- struct{}{}
}

func (f *fakeService) ListReaders() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead != nil {
		return nil, f.dead
	}
	if len(f.readers) == 0 {
		return nil, scard.ErrNoReadersAvailable
	}
	var names []string
	for name := range f.readers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (f *fakeService) GetStatusChange(states []scard.ReaderState, timeout time.Duration) error {
	if len(states) == 0 {
		panic("the real binding panics on an empty list")
	}
	if timeout != 0 {
		if states[len(states)-1].Reader != pnp {
			return scard.ErrInvalidParameter
		}
		<-f.changed
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead != nil {
		return f.dead
	}
	for i := range states {
		states[i].EventState = f.readers[states[i].Reader] | scard.StateChanged
		states[i].Atr = []byte{0x3b, 0x00}
	}
	return nil
}

func (f *fakeService) Cancel() error  { f.die(scard.ErrCancelled); return nil }
func (f *fakeService) Release() error { return nil }

// listen runs a Hub over the contexts that it asks for one after the other, and returns its events.
func listen(t *testing.T, allow []string, contexts ...*fakeService) <-chan Event {
	t.Helper()
	events := make(chan Event, 64)
	next := 0
	h := &Hub{Allow: allow, establish: func() (service, error) {
		if next == len(contexts) {
			return nil, scard.ErrNoService
		}
		next++
		return contexts[next-1], nil
	}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, func(e Event) { events <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
	return events
}

func want(t *testing.T, events <-chan Event, kind Kind) Event {
	t.Helper()
	e := <-events
	if e.Kind != kind {
		t.Fatalf("got %v of reader %q, want %v", e.Kind, e.Reader, kind)
	}
	return e
}

func TestHubTellsReadersAndCardsAsTheyComeAndGo(t *testing.T) {
	s := newFakeService()
	events := listen(t, nil, s)
	if e := want(t, events, Readers); e.Count != 0 {
		t.Errorf("%d readers at the start", e.Count)
	}
	s.set("A", scard.StateEmpty)
	want(t, events, Readers)
	s.set("A", scard.StatePresent|1<<16)
	if e := want(t, events, CardIn); len(e.ATR) == 0 || e.Mute {
		t.Errorf("the card came without its ATR: %+v", e)
	}
	s.set("A", scard.StateEmpty|2<<16)
	want(t, events, CardOut)
	s.set("A", scard.StatePresent|scard.StateMute|3<<16)
	if e := want(t, events, CardIn); !e.Mute {
		t.Error("a mute card is not told as one")
	}
}

func TestHubSeesASwapThatLeftTheReaderFull(t *testing.T) {
	s := newFakeService()
	events := listen(t, nil, s)
	want(t, events, Readers)
	s.set("A", scard.StatePresent|1<<16)
	want(t, events, Readers)
	first := want(t, events, CardIn)
	s.set("A", scard.StatePresent|3<<16)
	if e := want(t, events, CardOut); e.Insertion != first.Insertion {
		t.Errorf("removal of %d, want %d", e.Insertion, first.Insertion)
	}
	if e := want(t, events, CardIn); e.Insertion <= first.Insertion {
		t.Errorf("the new card is insertion %d", e.Insertion)
	}
}

func TestHubSurvivesTheServiceBeingKilledAndRestarted(t *testing.T) {
	first, second := newFakeService(), newFakeService()
	second.readers["A"] = scard.StatePresent | 1<<16
	events := listen(t, nil, first, second)
	want(t, events, Readers)
	first.set("A", scard.StatePresent|1<<16)
	want(t, events, Readers)
	want(t, events, CardIn)
	first.die(scard.ErrCommError)
	want(t, events, CardOut)
	want(t, events, ServiceDown)
	want(t, events, Readers)
	want(t, events, CardIn)
}

func TestHubTellsOnceThatNoServiceIsThere(t *testing.T) {
	events := listen(t, nil)
	want(t, events, ServiceDown)
	select {
	case e := <-events:
		t.Errorf("told %v more", e.Kind)
	case <-time.After(3 * retryEvery):
	}
}

func TestHubLeavesReadersAloneThatPolicyDoesNotName(t *testing.T) {
	s := newFakeService()
	s.readers["Gemalto 00 00"] = scard.StatePresent
	s.readers["Other 00 00"] = scard.StatePresent
	events := listen(t, []string{"Gemalto*"}, s)
	if e := want(t, events, Readers); e.Count != 1 {
		t.Errorf("%d readers", e.Count)
	}
	if e := want(t, events, CardIn); e.Reader != "Gemalto 00 00" {
		t.Errorf("reader %q", e.Reader)
	}
}
