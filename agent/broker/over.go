package broker

import (
	"context"
	"fmt"

	"siths-agent/agent/audit"
)

// Rules by which a system ends before its login does.
const (
	RuleIdle     = "idle"
	RuleAbsolute = "absolute"
	RuleReleased = "released" // the person wanted it
)

// Over says that a system has ended before the login: by RuleReleased until Reopen, else until the next PIN.
type Over struct{ Rule string }

func (o *Over) Error() string { return "the system has ended before the login: " + o.Rule }

// Unknown says that there is no system of a name.
type Unknown struct{ Name string }

func (u *Unknown) Error() string { return fmt.Sprintf("there is no system %q", u.Name) }

// Release ends every grant for a system, and gives none until Reopen or the next login. It returns when that is written
// down, or ErrNoLogin, an *Unknown or an *Over.
func (b *Broker) Release(_ context.Context, name string) error {
	b.mu.Lock()
	l, err := b.using(name)
	if err != nil {
		b.mu.Unlock()
		return err
	}
	l.drop(name)
	l.closed[name] = RuleReleased
	row := l.row(audit.SSOEnded, Caller{UID: l.UID, Session: l.Session})
	b.mu.Unlock()
	b.tell()
	row.Systems, row.Reason, row.Tier = []string{name}, RuleReleased, nil
	return b.record(row)
}

// Reopen takes Release back. The errors are as its.
func (b *Broker) Reopen(name string) error {
	b.mu.Lock()
	l := b.open()
	if l != nil && l.closed[name] == RuleReleased {
		delete(l.closed, name)
		l.arm(b)
	}
	_, err := b.using(name)
	b.mu.Unlock()
	if err == nil {
		b.tell()
	}
	return err
}

// using returns the login if it may still be used for a system. It needs the lock.
func (b *Broker) using(name string) (*login, error) {
	if _, known := b.find(name); !known {
		return nil, &Unknown{name}
	}
	l := b.open()
	if l == nil {
		return nil, ErrNoLogin
	}
	if rule := l.closed[name]; rule != "" {
		return nil, &Over{rule}
	}
	return l, nil
}
