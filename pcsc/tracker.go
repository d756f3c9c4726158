package pcsc

import "slices"

// readerState is what PC/SC says of one reader. Count is the number of insertions and removals that the service has
// counted there (PC/SC part 5 leaves it out; pcsc-lite and Windows keep it in the high word of dwEventState).
type readerState struct {
	name    string
	present bool
	mute    bool
	count   uint16
	atr     []byte
}

// slot is what the tracker knows of one reader.
type slot struct {
	insertion Insertion // 0: empty
	count     uint16
}

// tracker turns whole states into events. It compares states and counters, so that a card swapped between two looks
// is seen as removed and inserted even though the reader held a card both times.
type tracker struct {
	last    Insertion
	slots   map[string]slot
	readers int // as last told; -1: nothing told since the service was down
	isDown  bool
}

func newTracker() *tracker { return &tracker{slots: map[string]slot{}, readers: -1} }

// down tells that the service is gone. Repeated calls tell nothing more.
func (t *tracker) down() []Event {
	if t.isDown {
		return nil
	}
	events := t.remove(func(string) bool { return true })
	t.isDown, t.readers = true, -1
	return append(events, Event{Kind: ServiceDown})
}

// update takes the states of all readers and returns what has happened since the last call, removals first.
func (t *tracker) update(states []readerState) []Event {
	t.isDown = false
	known := func(name string) bool {
		return slices.ContainsFunc(states, func(s readerState) bool { return s.name == name })
	}
	events := t.remove(func(name string) bool { return !known(name) })
	if t.readers != len(states) {
		t.readers = len(states)
		events = append(events, Event{Kind: Readers, Count: t.readers})
	}
	var in []Event
	for _, s := range states {
		old := t.slots[s.name]
		if old.insertion != 0 && (!s.present || isSwapped(s.count, old.count)) {
			events = append(events, Event{Kind: CardOut, Reader: s.name, Insertion: old.insertion})
			old.insertion = 0
		}
		if s.present && old.insertion == 0 {
			t.last++
			old.insertion = t.last
			in = append(in, Event{Kind: CardIn, Reader: s.name, Insertion: t.last, ATR: s.atr, Mute: s.mute, Others: others(states, s.name)})
		}
		t.slots[s.name] = slot{insertion: old.insertion, count: s.count}
	}
	return append(events, in...)
}

// remove forgets the readers that gone names and returns their cards' removals.
func (t *tracker) remove(gone func(string) bool) []Event {
	var events []Event
	for name, s := range t.slots {
		if !gone(name) {
			continue
		}
		if s.insertion != 0 {
			events = append(events, Event{Kind: CardOut, Reader: name, Insertion: s.insertion})
		}
		delete(t.slots, name)
	}
	slices.SortFunc(events, func(a, b Event) int { return int(a.Insertion) - int(b.Insertion) })
	return events
}

func others(states []readerState, name string) []string {
	var names []string
	for _, s := range states {
		if s.name != name {
			names = append(names, s.name)
		}
	}
	return names
}
