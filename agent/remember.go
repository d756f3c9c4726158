package agent

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/memory"
	"siths-agent/agent/session"
)

// recall locks what was open, or still to be locked, when the agent last ended, whatever cards are in.
func (a *Agent) recall() {
	for _, d := range a.leftOpen() {
		a.lockLeftOpen(d)
	}
	a.remember()
}

// leftOpen is what an earlier run has left open. When the record of it cannot be read, nobody knows whose desktop it was:
// then it is every session of the machine. That asks of those who had opened theirs with a password no more than that
// password, and needs no other file of a disk that has just proved bad.
func (a *Agent) leftOpen() []memory.Desk {
	desks, err := a.parts.Memory.Recall()
	if err != nil {
		a.parts.Log.Error("which desktops were open cannot be read; all are locked", "error", err)
		return []memory.Desk{{}}
	}
	return desks
}

func (a *Agent) lockLeftOpen(d memory.Desk) {
	row := audit.Row{Event: audit.SessionLocked, Account: d.Account, Reason: "the agent ended while it was open"}
	if d.Everybody() {
		row.Reason = "the agent does not know what was open"
	} else {
		a.login = login{account: d.Account, sessions: slices.Clone(d.Sessions), since: a.parts.Now().UTC(), left: time.Now()}
		a.login.holder, a.login.common = d.Holder, d.Holder != ""
		if d.UID != nil {
			a.login.uid, a.login.hasUID = *d.UID, true
		}
		if n := len(d.Sessions); n > 0 {
			a.login.shown = d.Sessions[n-1]
		}
		row.Session = a.login.shown
		a.state, _ = session.Step(a.state, session.Remembered{Account: d.Account, Holder: d.Holder})
	}
	if d.Closed { // and stays so: a session of it that is yet to open is too late
		d.Closed = false
		a.lockedTerm(d)
		return
	}
	a.lockNow(d)
	a.record(row, nil)
}

// desks are the desktops that are open, opening, or not locked yet; of the newest unlock last. A shared one stays among
// them when it is locked, because of its holder.
func (a *Agent) desks() []memory.Desk {
	var all []memory.Desk
	if l := a.login; l.common && !l.open {
		d := l.desk()
		d.Closed = true
		all = append(all, d)
	}
	for _, account := range slices.Sorted(maps.Keys(a.terms)) {
		if t := a.terms[account]; t.due() {
			all = withDesk(all, t.desk)
		}
	}
	passes := false // from the one who has it to somebody
	for _, at := range a.attempts {
		if at.opening {
			all = withDesk(all, at.desk())
			passes = passes || at.person.Account == a.login.account
		}
	}
	if a.login.open {
		d := a.login.desk()
		if passes {
			d.Holder = ""
		}
		all = withDesk(all, d)
	}
	return all
}

// withDesk puts a desk last, together with what is there of the same account.
func withDesk(all []memory.Desk, d memory.Desk) []memory.Desk {
	if i := slices.IndexFunc(all, func(o memory.Desk) bool { return o.Account == d.Account }); i >= 0 {
		d = merged(all[i], d)
		all = slices.Delete(all, i, i+1)
	}
	return append(all, d)
}

// merged is d with the sessions of an older desk of the same account.
func merged(older, d memory.Desk) memory.Desk {
	sessions := slices.Clone(older.Sessions)
	for _, s := range d.Sessions {
		if !slices.Contains(sessions, s) {
			sessions = append(sessions, s)
		}
	}
	d.Sessions = sessions
	return d
}

// remember has it written down what is open, when that has changed or when writing it has failed before.
func (a *Agent) remember() {
	desks := a.desks()
	if !a.unsure && reflect.DeepEqual(desks, a.kept) {
		return
	}
	a.kept = desks
	a.unsure = a.enqueue(diskJob{desks: desks, recall: true}) != nil
}

// keep writes it down; it is the disk's goroutine that calls it.
func (a *Agent) keep(desks []memory.Desk) error {
	err := a.parts.Memory.Keep(desks)
	if err != nil {
		a.parts.Log.Error("what is open cannot be remembered", "error", err)
		a.post(func() { a.unsure = true })
	}
	return err
}
