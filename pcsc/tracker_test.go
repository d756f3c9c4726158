package pcsc

import (
	"reflect"
	"testing"
)

func in(name string, count uint16) readerState {
	return readerState{name: name, present: true, count: count, atr: []byte{0x3b}}
}

func out(name string, count uint16) readerState { return readerState{name: name, count: count} }

// kinds folds events to what matters in these tests.
func kinds(events []Event) []Event {
	var short []Event
	for _, e := range events {
		short = append(short, Event{Kind: e.Kind, Count: e.Count, Reader: e.Reader, Insertion: e.Insertion})
	}
	return short
}

func TestTrackerTellsWhatChangedBetweenTwoLooks(t *testing.T) {
	type look struct {
		states []readerState
		want   []Event
	}
	for name, looks := range map[string][]look{
		"a reader, a card, no card": {
			{nil, []Event{{Kind: Readers}}},
			{[]readerState{out("A", 0)}, []Event{{Kind: Readers, Count: 1}}},
			{[]readerState{in("A", 1)}, []Event{{Kind: CardIn, Reader: "A", Insertion: 1}}},
			{[]readerState{in("A", 1)}, nil},
			{[]readerState{out("A", 2)}, []Event{{Kind: CardOut, Reader: "A", Insertion: 1}}},
		},
		"a card that was swapped between the looks": {
			{[]readerState{in("A", 1)}, []Event{{Kind: Readers, Count: 1}, {Kind: CardIn, Reader: "A", Insertion: 1}}},
			{[]readerState{in("A", 3)}, []Event{{Kind: CardOut, Reader: "A", Insertion: 1}, {Kind: CardIn, Reader: "A", Insertion: 2}}},
		},
		"a card that came and went between the looks": {
			{[]readerState{out("A", 0)}, []Event{{Kind: Readers, Count: 1}}},
			{[]readerState{out("A", 2)}, nil},
		},
		"a reader that is unplugged with its card": {
			{[]readerState{in("A", 1), out("B", 0)}, []Event{{Kind: Readers, Count: 2}, {Kind: CardIn, Reader: "A", Insertion: 1}}},
			{[]readerState{out("B", 0)}, []Event{{Kind: CardOut, Reader: "A", Insertion: 1}, {Kind: Readers, Count: 1}}},
		},
		"a card that moves from one reader to the other": {
			{[]readerState{in("A", 1), out("B", 0)}, []Event{{Kind: Readers, Count: 2}, {Kind: CardIn, Reader: "A", Insertion: 1}}},
			{[]readerState{out("A", 2), in("B", 1)}, []Event{{Kind: CardOut, Reader: "A", Insertion: 1}, {Kind: CardIn, Reader: "B", Insertion: 2}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTracker()
			for i, l := range looks {
				if got := kinds(tr.update(l.states)); !reflect.DeepEqual(got, l.want) {
					t.Errorf("look %d:\n got %v\nwant %v", i+1, got, l.want)
				}
			}
		})
	}
}

func TestTrackerTellsOnceThatTheServiceIsGoneAndTakesItsCardsAlong(t *testing.T) {
	tr := newTracker()
	tr.update([]readerState{in("A", 1), in("B", 1)})
	want := []Event{{Kind: CardOut, Reader: "A", Insertion: 1}, {Kind: CardOut, Reader: "B", Insertion: 2}, {Kind: ServiceDown}}
	if got := kinds(tr.down()); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := tr.down(); got != nil {
		t.Errorf("told again: %v", got)
	}
	want = []Event{{Kind: Readers, Count: 1}, {Kind: CardIn, Reader: "A", Insertion: 3}}
	if got := kinds(tr.update([]readerState{in("A", 1)})); !reflect.DeepEqual(got, want) {
		t.Errorf("after the service is back: got %v, want %v", got, want)
	}
	if got := kinds(tr.down()); len(got) != 2 {
		t.Errorf("the second time down: %v", got)
	}
}

func TestACardInNamesTheOtherReaders(t *testing.T) {
	events := newTracker().update([]readerState{out("A", 0), in("B", 1), out("C", 0)})
	if got := events[len(events)-1].Others; !reflect.DeepEqual(got, []string{"A", "C"}) {
		t.Errorf("others are %v", got)
	}
}

func FuzzTracker(f *testing.F) {
	f.Add([]byte{1, 9, 3, 0, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		tr := newTracker()
		present := map[Insertion]string{}
		var last Insertion
		for _, b := range data {
			var events []Event
			if b == 0 {
				events = tr.down()
			} else {
				events = tr.update(drawReaders(b))
			}
			for _, e := range events {
				switch e.Kind {
				case CardIn:
					if e.Insertion <= last {
						t.Fatalf("insertion %d after %d", e.Insertion, last)
					}
					last = e.Insertion
					present[e.Insertion] = e.Reader
				case CardOut:
					if present[e.Insertion] != e.Reader {
						t.Fatalf("removal of %d from %q, which holds nothing", e.Insertion, e.Reader)
					}
					delete(present, e.Insertion)
				}
			}
			if len(present) > 2 {
				t.Fatalf("more cards than readers: %v", present)
			}
		}
	})
}

// drawReaders makes the states of up to two readers from one byte.
func drawReaders(b byte) []readerState {
	var states []readerState
	for i, name := range []string{"A", "B"} {
		bits := b >> (4 * i)
		if bits&1 != 0 {
			states = append(states, readerState{name: name, present: bits&2 != 0, count: uint16(bits >> 2 & 3)})
		}
	}
	return states
}
