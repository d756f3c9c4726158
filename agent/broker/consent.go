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

// asked is what one question is about.
type asked struct {
	process process // of a program that is not known
	program program
	rules   string // that ask, and for what: a yes to a milder one is none to a stricter
}

// answer is what the person has said, or is being asked.
type answer struct {
	done    chan struct{} // closed when there is one
	yes     bool
	at      time.Time
	waiting int
	cancel  context.CancelFunc
}

// consented asks the person where a rule wants it, and returns what they have said yes to; never where none does. Nothing
// tells which system a signature is meant for, so that each rule counts that lets the program have the card, or would if
// its system's time were not over.
func (g *Grant) consented(ctx context.Context) (system.Consent, error) {
	g.b.mu.Lock()
	fit, own := g.b.fitting(g.login, g.caller, g.use), g.b.own[process{g.caller.PID, g.caller.Start}] != ""
	g.b.mu.Unlock()
	asking := whoAsk(fit)
	if own || len(asking) == 0 {
		return system.Never, nil
	}
	for _, s := range asking {
		if !slices.Contains(system.Consents(), s.Caller.Asks()) {
			return "", &Denied{System: s.Name, Rule: "consent", Why: "wants what is not known"}
		}
	}
	return strictest(asking), g.ask(ctx, asking, fit)
}

// fitting returns the systems whose rules let the program do what it wants while their time is not over. It needs the lock.
func (b *Broker) fitting(l *login, c Caller, use Use) (fit []system.System) {
	for _, s := range b.systems {
		if use.means(s) && judge(s, c, &person{l.UID, l.Session}, "", false).Allowed {
			fit = append(fit, s)
		}
	}
	return fit
}

// strictest is the strictest word of systems that ask.
func strictest(asking []system.System) system.Consent {
	most := slices.MaxFunc(asking, func(x, y system.System) int {
		return slices.Index(system.Consents(), x.Caller.Asks()) - slices.Index(system.Consents(), y.Caller.Asks())
	})
	return most.Caller.Asks()
}

// ask has the person asked once for all that want to know the same at the same time. The yes is one to all systems that
// the signature may be for; one of the rules that asks each time, or for the code, makes it so for the others.
func (g *Grant) ask(ctx context.Context, asking, fit []system.System) error {
	every := slices.ContainsFunc(asking, func(s system.System) bool { return s.Caller.Asks() == system.EveryTime })
	key := asked{program: programOf(g.caller), rules: rulesOf(asking)}
	if key.program.exe == "" {
		key.process = process{g.caller.PID, g.caller.Start}
	}
	a := g.question(key, first(asking, fit), every)
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
	d := &Denied{System: asking[0].Name, Rule: "consent", Why: "wants a yes of the person, got none"}
	g.b.denyFirst(ctx, g.login, g.caller, d)
	return d
}

func rulesOf(asking []system.System) string {
	var rules []string
	for _, s := range asking {
		rules = append(rules, s.Name+"="+string(s.Caller.Asks()))
	}
	return strings.Join(rules, " ")
}

// first puts those that ask before the others.
func first(asking, fit []system.System) []system.System {
	others := slices.DeleteFunc(slices.Clone(fit), func(s system.System) bool {
		return slices.ContainsFunc(asking, func(a system.System) bool { return a.Name == s.Name })
	})
	return slices.Concat(asking, others)
}

// question returns the answer that there is, the question that stands, or a new one.
func (g *Grant) question(key asked, systems []system.System, every bool) *answer {
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
func (b *Broker) put(ctx context.Context, l *login, key asked, a *answer, q Question) {
	yes := b.parts.Ask != nil && b.parts.Ask(ctx, q)
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil && l.asked[key] == a {
		delete(l.asked, key)
	}
	a.yes, a.at = yes && ctx.Err() == nil, b.parts.Now()
	close(a.done)
}
