package pcsc

// Insertion numbers the card insertions that a Hub has seen, from 1. It never goes back and is never used twice,
// so an event of an older insertion can be told from one of the present card.
type Insertion uint64

// Kind says what happened.
type Kind uint8

// The kinds of Event.
const (
	ServiceDown Kind = iota // the PC/SC service does not answer; every card and reader is gone with it
	Readers                 // the service answers; Count says how many readers there are
	CardIn                  // a card was inserted
	CardOut                 // the card of Insertion was removed, or its reader was
)

func (k Kind) String() string {
	return [...]string{"service down", "readers", "card in", "card out"}[k]
}

// Event is one thing that happened at the readers.
type Event struct {
	Kind      Kind
	Count     int       // Readers: how many
	Reader    string    // CardIn, CardOut: the reader's PC/SC name
	Insertion Insertion // CardIn, CardOut
	ATR       []byte    // CardIn: answer to reset, ISO/IEC 7816-3 section 8; empty when the card is mute
	Mute      bool      // CardIn: the card does not answer to reset
	Others    []string  // CardIn: the names of all other readers
}
