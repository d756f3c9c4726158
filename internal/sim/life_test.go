package sim

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
)

var errKilled = errors.New("the agent is dead")

// operationTime is how long a child may take for one question.
const operationTime = 5 * time.Second

// pullTime is how long a reader may take to tell that a card which does not answer the heartbeat is out.
const pullTime = time.Second

// life is one process of the agent: from its start until it is stopped or killed. What a killed agent still does comes
// to nothing.
type life struct {
	*world
	number   int
	agent    *agent.Agent
	stop     context.CancelFunc
	ended    chan struct{}
	killed   chan struct{}
	dead     bool
	stopping bool
	emit     func(pcsc.Event)
	view     view
	next     uint64
	children int
	holding  []*child
	logins   []*released
	story    map[uint64]rank // insertion → how far its rows have come
	logged   bytes.Buffer
}

// begin starts an agent on this machine.
func (w *world) begin() {
	w.lives++
	l := &life{world: w, number: w.lives, ended: make(chan struct{}), killed: make(chan struct{}), story: map[uint64]rank{}}
	l.view = view{desk: w.desk, life: l, events: make(chan unlock.Event)}
	l.agent = agent.New(agent.Parts{
		Version: "sim", Machine: machine, Policy: w.policy, Who: l, Desktop: l.view, Trail: journalOf{w.trail, l}, Memory: notesOf{w.notes, l},
		Readers: l.readers, OpenCard: l.open, EndPrograms: l.endPrograms, Now: w.clock, Broker: programs{l}, Log: slog.New(slog.NewTextHandler(logbook{l}, nil)),
	})
	ctx, stop := context.WithCancel(context.Background())
	w.life, l.stop = l, stop
	w.trail.busy = false
	if w.desk.state == deskNone || w.desk.state == deskGood && w.odds(8) {
		w.noDesk()
	}
	w.recall()
	w.note("agent starts", "", l.number)
	go func() { defer close(l.ended); l.agent.Run(ctx) }()
	w.act(l.firstLook)
}

// logbook is where an agent's log goes.
type logbook struct{ *life }

// Write keeps what is logged until the next step is checked.
func (b logbook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logged.Write(p)
}

// noDesk has an agent start before the login manager does.
func (w *world) noDesk() {
	w.tally.faults[faultDesk]++
	w.desk.set(deskNone)
	w.after(w.between(300*time.Millisecond, time.Minute), w.deskMended)
}

// readers is agent.Parts.Readers.
func (l *life) readers(ctx context.Context, emit func(pcsc.Event)) error {
	l.mu.Lock()
	l.emit = func(e pcsc.Event) {
		if !l.dead {
			emit(e)
		}
	}
	l.mu.Unlock()
	<-ctx.Done()
	return ctx.Err()
}

// slotOf finds a reader by its name.
func (w *world) slotOf(reader string) *slot {
	for _, s := range w.slots {
		if s.name == reader {
			return s
		}
	}
	return nil
}

// firstLook tells a new agent what is at the readers.
func (l *life) firstLook() {
	for _, s := range l.slots {
		s.told, s.toldCard = 0, nil
	}
	if !l.service {
		l.emit(pcsc.Event{Kind: pcsc.ServiceDown})
		return
	}
	l.emit(pcsc.Event{Kind: pcsc.Readers, Count: len(l.slots)})
	for _, s := range l.slots {
		l.tell(s)
	}
}

// tell tells the agent what has become of a reader since it was told last. A card that was swapped for another between
// two looks may go unnoticed.
func (l *life) tell(s *slot) {
	if l.dead || !l.service || s.card == s.toldCard {
		return
	}
	if s.toldCard != nil {
		l.tally.removals++
		id := s.told
		l.note("card out", s.toldCard.name, int(id))
		l.over(l, id, removed)
		s.told, s.toldCard = 0, nil
		l.emit(pcsc.Event{Kind: pcsc.CardOut, Reader: s.name, Insertion: pcsc.Insertion(id)})
	}
	if s.card == nil {
		return
	}
	l.act(func() { l.tellIn(s) })
}

func (l *life) tellIn(s *slot) {
	if s.card == nil || s.toldCard != nil || l.dead || !l.service {
		return
	}
	l.tally.insertions++
	l.next++
	s.told, s.toldCard = l.next, s.card
	l.note("card in", s.card.name, int(l.next))
	e := pcsc.Event{Kind: pcsc.CardIn, Reader: s.name, Insertion: pcsc.Insertion(l.next), ATR: []byte{0x3b, 0x7f}}
	for _, other := range l.slots {
		if other != s {
			e.Others = append(e.Others, other.name)
		}
	}
	l.emit(e)
}

// pause lets time pass, but not for the dead.
func (l *life) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.killed:
	}
}

// kill ends the agent as kill -9 does.
func (w *world) kill() {
	l := w.life
	w.tally.faults[faultCrash]++
	w.checkLate() // nothing may have happened since it was late
	w.note("agent killed", "", l.number)
	l.dead = true
	w.crashed()
	close(l.killed)
	l.stop()
}

// halt stops the agent as the service manager does, and sees that it ends in time and leaves nothing behind.
func (w *world) halt() {
	l := w.life
	w.note("agent stopped", "", l.number)
	l.stopping = true
	w.overAll("the agent stops")
	begun := w.now()
	w.touch()
	l.stop()
	<-l.ended
	if took := w.now() - begun; took > 2*time.Second {
		w.broken(9, "stopping took %v", took)
	}
	w.touch()
	w.stopped()
	l.dead = true // the process is gone, and what it was about to write
	close(l.killed)
}

// crashed ends what the agent had granted. Its desktop stays open until the next agent is there.
func (w *world) crashed() {
	for _, t := range w.tickets {
		t.void = "the agent was killed"
	}
	w.notes.garbled = len(w.notes.kept) > 0 && w.odds(5)
	w.orphaned()
}

// stopped sees, when the agent has ended in good order, that what a card had opened is locked if the login manager
// could do it.
func (w *world) stopped() {
	for _, s := range w.desk.sessions {
		if s.due && w.desk.state == deskGood && w.desk.goodFrom <= s.since {
			w.broken(2, "session %s was left open by an agent that stopped", s.id)
		}
	}
	w.orphaned()
}
