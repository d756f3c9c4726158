package caller

import (
	"context"
	"time"

	"siths-agent/agent/broker"
)

const (
	keptPrograms = 256 // whose descriptions are kept
	mostWaiting  = 32  // programs that wait to be read
)

// programs reads what files of programs are, one after the other, and keeps it.
type programs struct {
	ctx   context.Context
	known *bounded[file, *entry]
	work  chan job
}

// entry is what is found out about a program. It may be read when done is closed.
type entry struct {
	begun       time.Time
	done        chan struct{}
	description description
}

// description is what is known of a program's file beyond its path.
type description struct{ digest, pkg string }

// job is a program to read.
type job struct {
	path  string
	file  file
	entry *entry
}

func newPrograms(ctx context.Context) *programs {
	p := &programs{ctx: ctx, known: newBounded[file, *entry](keptPrograms), work: make(chan job, mostWaiting)}
	go p.run()
	return p
}

// run reads what is to be read until the book's end.
func (p *programs) run() {
	for {
		select {
		case j := <-p.work:
			d, err := describe(j.path, j.file)
			if err != nil { // another time, perhaps
				p.known.drop(j.file)
			}
			j.entry.description = d
			close(j.entry.done)
		case <-p.ctx.Done():
			return
		}
	}
}

// describe adds to a caller what is known of its program.
func (p *programs) describe(ctx context.Context, c broker.Caller, f file) broker.Caller {
	if c.Exe == "" {
		return c
	}
	if e := p.entry(c.Exe, f); e != nil && e.wait(ctx) {
		c.Digest, c.Package = e.description.digest, e.description.pkg
	}
	return c
}

// entry is a program's, which is read in a while if it is new. It is nil when it is not read: programs that others than
// root can write are not worth the while, since they could be others at the next moment, and while too many wait
// nothing is added.
func (p *programs) entry(path string, f file) *entry {
	if e, ok := p.known.get(f); ok {
		return e
	}
	if !mayRead(f) {
		return nil
	}
	e := &entry{begun: time.Now(), done: make(chan struct{})}
	select {
	case p.work <- job{path, f, e}:
		p.known.put(f, e)
		return e
	default:
		return nil
	}
}

// wait says whether the description is there, at the latest when coldTime has passed since it was first asked for.
func (e *entry) wait(ctx context.Context) bool {
	timer := time.NewTimer(max(0, time.Until(e.begun.Add(coldTime))))
	defer timer.Stop()
	select {
	case <-e.done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}
