package p11

import (
	"fmt"

	"siths-agent/agent/broker"
)

// note is what the next service has to know of a connection beside what the kernel tells: which program it was found to
// be, and which numbers it has seen.
type note struct {
	start    uint64       // of the process; 0: it was never found out who it is
	image    broker.Image // that it ran
	sessions uint64       // the last session's number
	cards    uint64       // the last card's
}

// noteForm is how a note is written: five numbers.
const noteForm = "%x.%x.%x.%x.%x"

func (n note) String() string {
	return fmt.Sprintf(noteForm, n.start, n.image.Device, n.image.Inode, n.sessions, n.cards)
}

func parseNote(text string) (n note, err error) {
	_, err = fmt.Sscanf(text, noteForm, &n.start, &n.image.Device, &n.image.Inode, &n.sessions, &n.cards)
	if err == nil && n.String() != text {
		err = fmt.Errorf("%q is no note", text)
	}
	return n, err
}

// note is what is to be known of the connection when it goes on elsewhere.
func (c *conn) note() note {
	c.mu.Lock()
	defer c.mu.Unlock()
	return note{start: c.who.Start, image: c.who.Image, sessions: c.last, cards: c.s.lastCard()}
}
