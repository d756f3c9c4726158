package agent

import (
	"fmt"
	"time"

	"siths-agent/agent/audit"
)

// Anybody can be refused as often as they like, and must not keep the disk from the rows that an unlock waits for, nor
// fill it. The first refusals of a user in a while get a row each, the others are counted in one.
const (
	refusalQueue = 64 // jobs may wait for the disk before refusals leave no rows
	refusalRows  = 100
	refusalTime  = time.Minute
)

// refusals are those of one user in one while.
type refusals struct {
	since time.Time
	rows  int // that got a row of their own
	more  int // that did not
}

// recordRefusal queues a row about a request that was refused before it came to a card.
func (a *Agent) recordRefusal(row audit.Row) {
	r := a.refusals[*row.UID]
	if r == nil {
		r = &refusals{since: time.Now()}
		a.refusals[*row.UID] = r
	}
	if r.hasMany(*row.UID) || isCrowded(len(a.disk)) {
		r.more++
		return
	}
	r.rows++
	a.record(row, nil)
}

// tellRefusals writes how many refusals got no row of their own, once their while is over, or all when the agent stops.
func (a *Agent) tellRefusals(all bool) {
	for uid, r := range a.refusals {
		if !all && time.Since(r.since) < refusalTime {
			continue
		}
		delete(a.refusals, uid)
		if r.more > 0 {
			reason := fmt.Sprintf("%d more refusals since %s", r.more, r.since.UTC().Format(time.RFC3339))
			a.record(audit.Row{Event: audit.AccessDenied, UID: &uid, Reason: reason}, nil)
		}
	}
}
