package agent

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
	"siths-agent/agent/memory"
)

// rowTime is how long writing one row may take before it counts as not written.
const rowTime = 5 * time.Second

// diskQueue is how much may wait for the disk.
const diskQueue = 1024

// Errors of what is not written.
var (
	errDiskQueue = errors.New("too much waits for the disk")
	errSealed    = errors.New("the agent has stopped")
	errUnwritten = errors.New("the audit row is not written")
)

// diskJob is what to make durable, in this order, and who waits for it.
type diskJob struct {
	desks  []memory.Desk
	recall bool       // desks are to be remembered
	row    *audit.Row // may be nil
	done   func(error)
}

// record queues a row. Rows are written in the order that they are queued; done, if any, is told when the row is
// durable or cannot be.
func (a *Agent) record(row audit.Row, done func(error)) { a.queueRow(diskJob{row: &row, done: done}) }

// recordWith is record for a row that may be written only once what is open, or opening, is remembered.
func (a *Agent) recordWith(row audit.Row, done func(error)) {
	a.kept = a.desks()
	a.queueRow(diskJob{desks: a.kept, recall: true, row: &row, done: done})
}

func (a *Agent) queueRow(job diskJob) {
	if job.row.Event != audit.ClockChanged {
		a.lookAtClock()
	}
	job.row.Time = a.parts.Now().UTC()
	err := a.enqueue(job)
	if err == nil {
		return
	}
	a.parts.Log.Error("audit row not written", "event", job.row.Event, "error", err)
	if job.done != nil {
		a.spawn(func() { job.done(err) })
	}
}

func (a *Agent) enqueue(job diskJob) error {
	if a.sealed {
		return errSealed
	}
	select {
	case a.disk <- job:
		return nil
	default: // a disk that hangs must not hang the lock
		return errDiskQueue
	}
}

// broken says which of the two things on the disk cannot be written.
type broken struct{ memory, rows bool }

// writeDisk does what is queued until the queue is closed. It runs beside the owning goroutine, so that a slow disk
// delays no lock.
func (a *Agent) writeDisk() {
	var is, was broken
	for job := range a.disk {
		var err error
		if job.recall {
			err = a.keep(job.desks)
			is.memory = err != nil
		}
		if job.row != nil && err == nil {
			err = a.append(*job.row)
			is.rows = err != nil
		}
		if is != was {
			a.report(is)
		}
		was = is
		if job.done != nil {
			job.done(err)
		}
	}
}

func (a *Agent) append(row audit.Row) error {
	ctx, cancel := context.WithTimeout(context.Background(), rowTime)
	defer cancel()
	_, err := a.parts.Trail.Append(ctx, row)
	if err != nil {
		a.parts.Log.Error("audit row not written", "event", row.Event, "error", err)
	}
	return err
}

// report shows or clears the problem that nothing durable can be written.
func (a *Agent) report(is broken) {
	a.post(func() {
		if is != (broken{}) {
			a.trouble[apitype.AuditUnwritable] = a.problem(apitype.AuditUnwritable)
		} else {
			delete(a.trouble, apitype.AuditUnwritable)
		}
		a.publish()
	})
}

// problem makes a problem with a reference of its own, which the log and the audit row share.
func (a *Agent) problem(code apitype.Code) apitype.Problem {
	var ref [2]byte
	_, _ = rand.Read(ref[:]) // never fails (crypto/rand)
	return health.Problem(code, hex.EncodeToString(ref[:]))
}

// rowOf starts a row about a card with what is known of it and its holder. ch may be nil.
func (a *Agent) rowOf(ch *child, event audit.Event) audit.Row {
	row := audit.Row{Event: event}
	if ch == nil {
		return row
	}
	p := ch.person
	row.Insertion, row.Reader = uint64(ch.card.Insertion), ch.card.Reader
	row.HSAID, row.Account, row.Shared, row.CardNumber = p.HSAID, p.Account, p.Shared, p.CardNumber
	row.CertSerial, row.CertIssuer, row.PolicyOID, row.LoA = p.Serial, p.Issuer, p.PolicyOID, p.LoA
	row.Carrier = string(p.Carrier)
	if row.Revocation = p.Revocation.Result; p.Revocation.Source != "" {
		age := p.Revocation.AgeS
		row.RevocationAgeS, row.RevocationFrom = &age, p.Revocation.Source
	}
	return row
}

func (a *Agent) fillCaller(row *audit.Row, c Caller) {
	uid := c.UID
	row.UID, row.Session, row.Service = &uid, c.Session.ID, c.Service
}

// Record writes a row of the broker's, and returns when it is durable.
func (a *Agent) Record(ctx context.Context, row audit.Row) error {
	return a.durably(ctx, func() audit.Row { return row })
}

// Reads records that helpdesk reads what is about others. When it cannot be recorded it must not be read.
func (a *Agent) Reads(ctx context.Context, caller Caller, what string) error {
	err := a.durably(ctx, func() audit.Row {
		row := audit.Row{Event: audit.AuditRead, Reason: what}
		a.fillCaller(&row, caller)
		return row
	})
	if errors.Is(err, errUnwritten) {
		p := a.problem(apitype.AuditUnwritable)
		return &p
	}
	return err
}

// durably has the owning goroutine make a row, and waits until it is durable. What cannot be written is errUnwritten.
func (a *Agent) durably(ctx context.Context, of func() audit.Row) error {
	var failed error
	written := make(chan struct{})
	if err := a.call(ctx, func() {
		a.record(of(), func(err error) { failed = err; close(written) })
	}); err != nil {
		return err
	}
	select {
	case <-written:
	case <-ctx.Done():
		return ctx.Err()
	case <-a.done:
		return stopped()
	}
	if failed != nil {
		return fmt.Errorf("%w: %w", errUnwritten, failed)
	}
	return nil
}

// Denied records that somebody asked for what is not theirs.
func (a *Agent) Denied(ctx context.Context, caller Caller, what string) {
	_ = a.call(ctx, func() { // the caller is refused whether or not the row could be queued
		row := audit.Row{Event: audit.AccessDenied, Reason: what}
		a.fillCaller(&row, caller)
		a.recordRefusal(row)
	})
}
