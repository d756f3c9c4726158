package broker

import (
	"context"
	"slices"
	"strings"
	"time"

	"siths-agent/agent/broker/system"
)

// noHolds is how long a person who has said no is not asked again for the same.
const noHolds = time.Minute

// asking is what one question is about.
type asking struct {
	process process // of a program that is not known
	program program
	systems string
}

// answer is what the person has said, or is being asked.
type answer struct {
	done    chan struct{} // closed when there is one
	yes     bool
	at      time.Time
	waiting int
	cancel  context.CancelFunc
}

// consented asks the person where the rules want it, and returns the systems that the signature is released for: those
// that ask least, since nothing tells which of them it is meant for.
func (g *Grant) consented(ctx context.Context, systems []system.System) ([]system.System, error) {
	if g.own() {
		return systems, nil
	}
	for _, c := range []system.Consent{system.Never, system.FirstUse, system.EveryTime, system.PIN} {
		some := slices.DeleteFunc(slices.Clone(systems), func(s system.System) bool { return asks(s) != c })
		if len(some) == 0 {
			continue
		}
		if c == system.Never {
			return some, nil
		}
		return some, g.ask(ctx, some, c == system.EveryTime)
	}
	return nil, &Denied{System: systems[0].Name, Rule: "consent", Why: "wants what is not known"}
}

// asks is the system's consent, with the empty word for never.
func asks(s system.System) system.Consent {
	if c := consentOf(s.Caller); c != "" {
		return c
	}
	return system.Never
}

func (g *Grant) own() bool {
	g.b.mu.Lock()
	defer g.b.mu.Unlock()
	return g.b.own[process{g.caller.PID, g.caller.Start}] != ""
}

// ask has the person asked once for all that want to know the same at the same time.
func (g *Grant) ask(ctx context.Context, systems []system.System, every bool) error {
	key := asking{program: programOf(g.caller), systems: strings.Join(namesOf(systems), " ")}
	if key.program.exe == "" {
		key.process = process{g.caller.PID, g.caller.Start}
	}
	a := g.question(key, systems, every)
	err := g.wait(ctx, a.done)
	g.b.mu.Lock()
	if a.waiting--; a.waiting == 0 {
		a.cancel()
	}
	yes := a.yes
	g.b.mu.Unlock()
	if err != nil || yes {
		return err
	}
	d := &Denied{System: systems[0].Name, Rule: "consent", Why: "wants a yes of the person, got none"}
	g.b.denyFirst(ctx, g.login, g.caller, d)
	return d
}

// question returns the answer that there is, the question that stands, or a new one.
func (g *Grant) question(key asking, systems []system.System, every bool) *answer {
	g.b.mu.Lock()
	defer g.b.mu.Unlock()
	if a := g.login.asked[key]; a != nil && a.holds(every, g.b.parts.Now()) {
		a.waiting++
		return a
	}
	a := &answer{done: make(chan struct{}), waiting: 1}
	var ctx context.Context
	ctx, a.cancel = context.WithCancel(g.lease.ctx)
	g.login.asked[key] = a
	q := Question{Insertion: g.login.Insertion, UID: g.login.UID, Caller: g.caller, Systems: systems, EveryTime: every}
	go g.b.put(ctx, g.login, key, a, q)
	return a
}

// holds says whether an answer is one to another program that asks the same now.
func (a *answer) holds(every bool, now time.Time) bool {
	select {
	case <-a.done:
		return a.yes && !every || !a.yes && now.Sub(a.at) < noHolds
	default:
		return a.waiting > 0 // nobody waits: it is being taken back
	}
}

// put asks the person. A question that was taken back is forgotten.
func (b *Broker) put(ctx context.Context, l *login, key asking, a *answer, q Question) {
	yes := b.parts.Ask != nil && b.parts.Ask(ctx, q)
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil && l.asked[key] == a {
		delete(l.asked, key)
	}
	a.yes, a.at = yes && ctx.Err() == nil, b.parts.Now()
	close(a.done)
}
