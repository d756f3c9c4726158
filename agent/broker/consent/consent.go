// Package consent holds the questions that people are asked before a program uses their card, until they are answered.
package consent

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

const (
	// askTime is how long a question stands.
	askTime = time.Minute
	// most is how many questions stand at a time. Further ones are answered by no.
	most = 8
)

// Errors of answers that count for nothing.
var (
	ErrOver  = errors.New("nobody waits for an answer to this question")
	ErrProof = errors.New("a yes to this question takes the card's code")
)

// Question is what a person is asked.
type Question struct {
	ID        string
	UID       uint32   // of the person, who alone may answer
	Insertion uint64   // of the card that is to be used
	Program   string   // path of the file of the program that asks; empty: not known
	PID       int32    // of that program
	Systems   []string // titles of the systems, to one of which it is going
	Proof     bool     // a yes takes the card's code
	Until     time.Time
}

// Desk holds the questions. Its methods may be called from several goroutines.
type Desk struct {
	changed func()

	mu   sync.Mutex
	open []*asked // in the order in which they were asked
}

type asked struct {
	Question
	answer chan bool // room for one
}

// New returns a Desk without questions. changed is called whenever there is another one or one less; it must not wait.
func New(changed func()) *Desk { return &Desk{changed: changed} }

// Ask has the person asked and returns whether the answer is yes. It is no when ctx or a minute ends first, and when too
// many questions stand already.
func (d *Desk) Ask(ctx context.Context, q broker.Question) bool {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	a := &asked{Question: questionOf(ctx, q), answer: make(chan bool, 1)}
	if !d.put(a) {
		return false
	}
	defer d.remove(a)
	select {
	case yes := <-a.answer:
		return yes && ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func questionOf(ctx context.Context, q broker.Question) Question {
	until, _ := ctx.Deadline()
	out := Question{ID: rand.Text(), UID: q.UID, Insertion: q.Insertion, Program: q.Caller.Exe, PID: q.Caller.PID, Until: until}
	for _, s := range q.Systems {
		out.Systems = append(out.Systems, s.Title)
		out.Proof = out.Proof || s.Caller.Consent == system.PIN
	}
	return out
}

func (d *Desk) put(a *asked) bool {
	d.mu.Lock()
	fits := len(d.open) < most
	if fits {
		d.open = append(d.open, a)
	}
	d.mu.Unlock()
	if fits {
		d.changed()
	}
	return fits
}

func (d *Desk) remove(a *asked) {
	d.mu.Lock()
	d.open = slices.DeleteFunc(d.open, func(o *asked) bool { return o == a })
	d.mu.Unlock()
	d.changed()
}

// Pending returns the questions that a person is being asked, the oldest first.
func (d *Desk) Pending(uid uint32) []Question {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Question
	for _, a := range d.open {
		if a.UID == uid {
			out = append(out, a.Question)
		}
	}
	return out
}

// Answer answers a question of a person's, once. The error is ErrOver, or ErrProof for a yes that takes the card's code.
func (d *Desk) Answer(uid uint32, id string, yes bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(id)
	if a == nil || a.UID != uid {
		return ErrOver
	}
	if yes && needsProof(a.Question) {
		return ErrProof
	}
	d.say(a, yes)
	return nil
}

// Waits returns ErrOver when nobody waits for the code of that card's holder as the answer to a question.
func (d *Desk) Waits(insertion uint64, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.find(id); a == nil || a.Insertion != insertion {
		return ErrOver
	}
	return nil
}

// Proved answers a question by yes: the card has just taken the code of its holder, given for this. The error is ErrOver.
func (d *Desk) Proved(insertion uint64, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(id)
	if a == nil || a.Insertion != insertion {
		return ErrOver
	}
	d.say(a, true)
	return nil
}

// find needs the lock.
func (d *Desk) find(id string) *asked {
	at := slices.IndexFunc(d.open, func(a *asked) bool { return a.ID == id })
	if at < 0 {
		return nil
	}
	return d.open[at]
}

// say gives the one answer to a question, which is none any more. It needs the lock.
func (d *Desk) say(a *asked, yes bool) {
	d.open = slices.DeleteFunc(d.open, func(o *asked) bool { return o == a })
	a.answer <- yes
}
