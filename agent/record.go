package agent

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
)

// rowTime is how long writing one row may take before it counts as not written.
const rowTime = 5 * time.Second

// rowQueue is how many rows may wait for the disk.
const rowQueue = 1024

// Errors of a row that is not written.
var (
	errRowQueue = errors.New("too many audit rows wait for the disk")
	errSealed   = errors.New("the agent has stopped")
)

// rowJob is a row to be written, and who waits for it to be durable.
type rowJob struct {
	row  audit.Row
	done func(error) // may be nil
}

// record queues a row. Rows are written in the order that they are queued; done, if any, is told when the row is
// durable or cannot be.
func (a *Agent) record(row audit.Row, done func(error)) {
	row.Time = a.parts.Now().UTC()
	err := a.enqueue(rowJob{row, done})
	if err == nil {
		return
	}
	a.parts.Log.Error("audit row not written", "event", row.Event, "error", err)
	if done != nil {
		a.spawn(func() { done(err) })
	}
}

func (a *Agent) enqueue(job rowJob) error {
	if a.sealed {
		return errSealed
	}
	select {
	case a.rows <- job:
		return nil
	default: // a disk that hangs must not hang the lock
		return errRowQueue
	}
}

// writeRows writes rows until the queue is closed. It runs beside the owning goroutine, so that a slow disk delays no
// lock.
func (a *Agent) writeRows() {
	broken := false
	for job := range a.rows {
		ctx, cancel := context.WithTimeout(context.Background(), rowTime)
		_, err := a.parts.Trail.Append(ctx, job.row)
		cancel()
		if err != nil {
			a.parts.Log.Error("audit row not written", "event", job.row.Event, "error", err)
		}
		if (err != nil) != broken {
			broken = err != nil
			a.report(broken)
		}
		if job.done != nil {
			job.done(err)
		}
	}
}

// report shows or clears the problem that audit rows cannot be written.
func (a *Agent) report(broken bool) {
	a.post(func() {
		if broken {
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
	row.HSAID, row.Account, row.CardNumber = p.HSAID, p.Account, p.CardNumber
	row.CertSerial, row.CertIssuer, row.PolicyOID, row.LoA = p.Serial, p.Issuer, p.PolicyOID, p.LoA
	if row.Revocation = p.Revocation.Result; p.Revocation.Source != "" {
		age := p.Revocation.AgeS
		row.RevocationAgeS = &age
	}
	return row
}

func (a *Agent) fillCaller(row *audit.Row, c Caller) {
	uid := c.UID
	row.UID, row.Session, row.Service = &uid, c.Session.ID, c.Service
}

// Denied records that somebody asked for what is not theirs.
func (a *Agent) Denied(ctx context.Context, caller Caller, what string) {
	_ = a.call(ctx, func() { // the caller is refused whether or not the row could be queued
		row := audit.Row{Event: audit.AccessDenied, Reason: what}
		a.fillCaller(&row, caller)
		a.recordRefusal(row)
	})
}
