package sim

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"siths-agent/agent/audit"
)

// diskState is what the disk under the audit trail is like.
type diskState uint8

const (
	diskGood  diskState = iota
	diskFull            // every row is refused
	diskSlow            // a row takes seconds
	diskHangs           // a row takes until the disk is good again
	diskLies            // the row is written and yet reported as lost
)

var errDisk = errors.New("no space left on device")

// trail is the audit log. A row counts as acknowledged when Append has returned nil.
type trail struct {
	*world
	state    diskState
	mended   chan struct{} // closed when the disk is good again
	goodFrom time.Duration
	busy     bool
	proofs   map[string]bool // of the unlock rows that are durable
	rows     int
}

// rank orders the rows of one insertion.
type rank uint8

const (
	rankIn rank = iota + 1
	rankUsed
	rankOut
)

func newTrail(w *world) *trail {
	return &trail{world: w, mended: make(chan struct{}), proofs: map[string]bool{}}
}

// journalOf is the trail as one life of the agent has it.
type journalOf struct {
	*trail
	life *life
}

// Append writes a row.
func (j journalOf) Append(_ context.Context, row audit.Row) (audit.Entry, error) {
	state, err := j.wait(j.life)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		if !j.life.dead { // what comes of the dead, and in which order, is nothing that happens
			j.note("no row", string(row.Event), int(row.Insertion))
		}
		return audit.Entry{}, err
	}
	j.write(j.life, row)
	if state == diskLies {
		return audit.Entry{}, errDisk
	}
	return audit.Entry{Row: row}, nil
}

// wait takes the time that the disk takes for one write, and returns what the disk was like and whether it failed.
func (t *trail) wait(l *life) (diskState, error) {
	state, mended, wait := t.beginWrite(l)
	defer t.endWrite(l)
	if state == diskHangs {
		select {
		case <-mended:
		case <-l.killed:
		}
	} else {
		l.pause(wait)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case l.dead:
		return state, errKilled
	case state == diskFull:
		return state, errDisk
	}
	return state, nil
}

func (t *trail) beginWrite(l *life) (diskState, chan struct{}, time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy && !l.dead {
		t.broken(5, "two things are written at the same time")
	}
	t.busy = true
	if l.dead {
		return t.state, t.mended, 0
	}
	r := t.lot("disk", 0)
	wait := time.Duration(200+r.IntN(4000)) * time.Microsecond
	if t.state == diskSlow {
		wait += time.Duration(r.IntN(7000)) * time.Millisecond
	}
	return t.state, t.mended, wait
}

func (t *trail) endWrite(l *life) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !l.dead {
		t.busy = false
	}
}

// write makes a row durable and checks that it belongs there.
func (t *trail) write(l *life, row audit.Row) {
	t.rows++
	t.note("row", string(row.Event), int(row.Insertion))
	if text, err := json.Marshal(row); err != nil || t.leaks(text) {
		t.broken(4, "a row holds a PIN: %s, %v", text, err)
	}
	if row.Event == audit.UnlockGranted {
		t.proofs[row.Proof] = true
	}
	if t.rowsOfLife(l, row) {
		t.broken(5, "row %s of insertion %d is out of its order", row.Event, row.Insertion)
	}
}

// rowsOfLife says whether a row stands before one that it has to follow. Rows that a bad disk lost are not missed here.
func (t *trail) rowsOfLife(l *life, row audit.Row) (wrong bool) {
	if row.Insertion == 0 {
		return false
	}
	at := rankUsed
	switch row.Event {
	case audit.SessionLocked:
		return l.story[row.Insertion] == 0 // a desktop may outlive its card for a while
	case audit.CardIn:
		at = rankIn
	case audit.CardOut:
		at = rankOut
	}
	before := l.story[row.Insertion]
	l.story[row.Insertion] = max(at, before)
	return at == rankIn && before != 0 || at == rankUsed && before == rankOut
}

// set changes the disk.
func (t *trail) set(s diskState) {
	t.mu.Lock() // one that is dead may just have come to its end
	defer t.mu.Unlock()
	t.state = s
	if s == diskGood {
		t.goodFrom = t.now()
		close(t.mended)
		t.mended = make(chan struct{})
	}
}
