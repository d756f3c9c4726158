package sim

import (
	"errors"
	"slices"
	"time"

	"siths-agent/agent/memory"
)

var errGarbled = errors.New("not a record of open desktops")

// notes is what is remembered over a crash, on the disk that the audit trail is on.
type notes struct {
	*world
	kept    []memory.Desk
	garbled bool // by the crash
}

// notesOf is the record as one life of the agent has it.
type notesOf struct {
	*notes
	life *life
}

// Recall reads the record.
func (n notesOf) Recall() ([]memory.Desk, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.garbled {
		return nil, errGarbled
	}
	return n.kept, nil
}

// Keep writes the record.
func (n notesOf) Keep(desks []memory.Desk) error {
	state, err := n.trail.wait(n.life)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.note("remembered", "", len(desks))
	n.kept, n.garbled = desks, false
	if state == diskLies {
		return errDisk
	}
	return nil
}

// recall has what was open when the last agent ended locked by the one that begins: it owes that whatever cards are in.
func (w *world) recall() {
	if w.notes.garbled || slices.ContainsFunc(w.notes.kept, memory.Desk.Everybody) {
		for _, s := range w.desk.sessions {
			w.desk.owe(s.uid, "nobody knows what was open when the agent ended")
		}
		return
	}
	for _, d := range w.notes.kept {
		if p := w.personOf(d.Account); p != nil && d.Closed {
			w.latest = p
			continue
		}
		if p := w.personOf(d.Account); p != nil {
			w.latest = p
			w.desk.owe(p.uid, "it was open when the agent ended")
		}
	}
	w.forgotten()
}

// forgotten looks for a desktop that a card has opened and that nobody remembers.
func (w *world) forgotten() {
	for _, s := range w.desk.sessions {
		if !s.locked && !s.freely && !s.due {
			w.broken(2, "session %s is open, and forgotten by an agent that ended", s.id)
		}
	}
}

// tells says whether a user's desktop is in the record.
func (n *notes) tells(uid uint32) bool {
	return slices.ContainsFunc(n.kept, func(d memory.Desk) bool { return d.Everybody() || !d.Closed && d.UID != nil && *d.UID == uid })
}

// orphaned begins the time in which no agent is there: what has to be locked has to wait.
func (w *world) orphaned() {
	w.open, w.grace, w.latest = nil, nil, nil
	for _, s := range w.desk.sessions {
		s.due, s.since = false, time.Duration(0)
	}
}
