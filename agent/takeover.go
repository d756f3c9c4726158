package agent

import (
	"context"
	"slices"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/session"
)

// clearTime is how long it may take until nothing of the former holder of a shared desktop runs any more, and clearSlack
// how much later whoever has to end it may say that it could not.
const (
	clearTime  = 2 * time.Second
	clearSlack = 200 * time.Millisecond
)

// clearDesk ends what the former holder of a shared desktop has left: the children that held the former's cards, and the
// programs that policy names. The one who waits for it holds the card that is in.
func (a *Agent) clearDesk(e session.ClearDesk) {
	at := a.attempts[e.Attempt]
	if at == nil {
		a.later(session.Cleared{Attempt: e.Attempt})
		return
	}
	uid, names := at.person.UID, slices.Clone(a.parts.Policy.Session.ClosePrograms)
	dropped := slices.Clone(a.dropped)
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(a.ctx, clearTime)
		defer cancel()
		ended, err := a.clear(ctx, dropped, uid, names)
		a.post(func() { a.deskCleared(at, ended, err) })
	})
	a.after(clearTime+clearSlack, session.Cleared{Attempt: e.Attempt}) // a program that cannot be ended must not make anybody wait
}

func (a *Agent) clear(ctx context.Context, dropped []<-chan struct{}, uid uint32, names []string) ([]string, error) {
	for _, gone := range dropped {
		select {
		case <-gone:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return a.parts.EndPrograms(ctx, uid, names)
}

func (a *Agent) deskCleared(at *attempt, ended []string, err error) {
	at.ended = ended
	if err != nil {
		at.refusal = a.problem(apitype.SessionNotCleared)
		a.parts.Log.Error("the former holder's programs are not ended", "ref", at.refusal.Ref, "ended", ended, "error", err)
	}
	a.step(session.Cleared{Attempt: at.id, OK: err == nil})
}

// recordHolder tells of a shared desktop that has passed from one holder to another.
func (a *Agent) recordHolder(former login, at *attempt) {
	if !at.person.Shared || former.holder == at.person.HSAID {
		return
	}
	row := a.rowOf(at.child, audit.HolderChanged)
	row.FormerHSAID, row.Session = former.holder, former.shown
	if row.Reason = "nothing had to be ended"; len(at.ended) > 0 {
		row.Reason = "ended: " + strings.Join(at.ended, ", ")
	}
	a.record(row, nil)
}
