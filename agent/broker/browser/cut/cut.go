// Package cut ends what browsers keep of a card that has left: network processes and connections, and nothing else of theirs.
package cut

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// longest is how long one cut may take. What is not ended by then is told to the log.
const longest = 500 * time.Millisecond

// Logins tells when a login ends. A *broker.Broker does.
type Logins interface {
	Present() (broker.Login, <-chan struct{}, bool)
	Watch(ctx context.Context) <-chan struct{}
}

// Severer ends connections of a user's, which it is told by their inodes, and returns how many it ended. A *sever.Client does.
type Severer interface {
	Sever(ctx context.Context, uid uint32, inodes []uint32) (int, error)
}

// Cutter cuts at the end of each login. Its fields are set once, before Run.
type Cutter struct {
	Logins  Logins
	Systems func() []system.System // those in force
	Left    []uint32               // users whose logins a service before this one, which was killed, has not seen to their ends
	Severer Severer
	Wanted  func() // says that Severer will be needed; nil: nobody has to know
	Log     *slog.Logger
}

// Run works until ctx ends, and cuts once more when a login is open then.
func (c Cutter) Run(ctx context.Context) {
	told := c.Logins.Watch(ctx)
	var later sync.WaitGroup
	defer later.Wait()
	for _, uid := range c.Left {
		c.cut(uid, c.Systems())
	}
	for {
		login, done, open := c.Logins.Present()
		if !open {
			select {
			case <-told:
				continue
			case <-ctx.Done():
				return
			}
		}
		before := c.Systems()
		if _, asked := programs(before); asked && c.Wanted != nil {
			c.Wanted()
		}
		select {
		case <-done:
		case <-ctx.Done():
		}
		if ctx.Err() == nil && c.goesOn(login) {
			continue
		}
		systems := append(slices.Clone(before), c.Systems()...)
		c.cut(login.UID, systems)
		if ctx.Err() != nil {
			return
		}
		later.Go(func() { c.severLate(ctx, login.UID, systems) })
	}
}

// goesOn says whether the same person's login with the same insertion of the card is open anew: it was found out that the card
// can do less than was said, and what browsers keep is theirs until it leaves.
func (c Cutter) goesOn(was broker.Login) bool {
	now, _, open := c.Logins.Present()
	return open && now.Insertion == was.Insertion && now.UID == was.UID
}

// cut ends network processes and connections, for which a system asks that. It is bounded by its own time: the end of a login
// may be the end of the service.
func (c Cutter) cut(uid uint32, systems []system.System) {
	which, asked := programs(systems)
	if !asked {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	begun := time.Now()
	var both sync.WaitGroup
	both.Go(func() { c.sever(ctx, uid, which) })
	ended, err := NetworkServices(ctx, uid, which)
	both.Wait()
	if err != nil {
		c.Log.Error("browsers may still show pages that the card has opened", "uid", uid, "err", err)
	}
	c.Log.Info("browsers' network processes are ended", "uid", uid, "ended", ended, "took", time.Since(begun))
}

// sever ends the connections of browsers that hold them in no process of its own.
func (c Cutter) sever(ctx context.Context, uid uint32, which []string) {
	begun := time.Now()
	severed, err := c.severed(ctx, uid, which)
	if err != nil {
		c.Log.Warn("browsers of Firefox's family keep their connections until they look for the card themselves", "uid", uid, "err", err)
	}
	c.Log.Info("browsers' connections are ended", "uid", uid, "ended", severed, "took", time.Since(begun))
}

// believed is how long Firefox may take a card that has gone to be there, so that it resumes TLS sessions of it: NSS looks once
// a second (NSSSLOT_TOKEN_DELAY_TIME). Tickets are destroyed long before.
const believed = 1100 * time.Millisecond

// severLate ends connections that were opened after the cut by what a browser or a server still believed, unless the person is
// logged in again.
func (c Cutter) severLate(ctx context.Context, uid uint32, systems []system.System) {
	which, asked := programs(systems)
	if !asked {
		return
	}
	select {
	case <-time.After(believed):
	case <-ctx.Done():
		return
	}
	if now, _, open := c.Logins.Present(); open && now.UID == uid {
		return
	}
	limited, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	c.sever(limited, uid, which)
}

// programs are the files of the browsers to cut; none means any. It tells whether any system asks.
func programs(systems []system.System) (exes []string, asked bool) {
	for _, s := range systems {
		if !cuts(s) {
			continue
		}
		of := browsers(s)
		if len(of) == 0 {
			return nil, true
		}
		exes, asked = append(exes, of...), true
	}
	slices.Sort(exes)
	return slices.Compact(exes), asked
}

// browsers are the files of the programs that show what a system releases to web servers. A system of tickets names who gets
// these, which browsers do not.
func browsers(s system.System) []string {
	if s.Kind == system.Kerberos {
		return system.Programs(system.TLS)
	}
	return s.Caller.Exe
}
