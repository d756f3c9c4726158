package diag

import (
	"context"
	"errors"
	"time"

	"siths-agent/agent/apitype"
)

// Together they keep the page within ten seconds, whatever hangs.
const (
	lookTime  = 4 * time.Second // for each look of our own
	askTime   = 5 * time.Second // for the service to tell what it knows
	againTime = 3 * time.Second // for it to tell what everybody may know, where it does not tell more
)

// Asked is the service, as its client asks it. Errors are as the client's.
type Asked interface {
	Diag(ctx context.Context) (apitype.Diag, error)
	Snapshot(ctx context.Context) (apitype.Snapshot, error)
}

// Options say where to look.
type Options struct {
	Service Asked
	Config  string // the policy file; empty is the system's
	Version string // of the program that asks
	Socket  string // of the service
	Root    string // the folder that stands for the machine's root; empty is the root itself
	Now     func() time.Time
}

// look is one look at the machine, for one row. It may hang.
type look struct {
	row Name
	at  func(ctx context.Context) finding
}

// Make makes the page. It asks the service and looks at the machine at the same time, needs no rights, changes nothing, and
// takes ten seconds at most.
func Make(ctx context.Context, o Options) Page {
	return o.page(ctx, append([]look{{Network, network}, {Policy, o.policy}, {Modules, o.modules}}, o.looks()...))
}

// page is Make with these looks.
func (o Options) page(ctx context.Context, looks []look) Page {
	type seen struct {
		row Name
		finding
	}
	results := make(chan seen, len(looks))
	for _, l := range looks {
		go func() { results <- seen{l.row, within(ctx, lookTime, l.at)} }()
	}
	found := o.ask(ctx)
	for range looks {
		s := <-results
		found[s.row] = found[s.row].and(s.finding)
	}
	return assemble(o.Now(), found)
}

// ask returns what the service tells, by row.
func (o Options) ask(ctx context.Context) map[Name]finding {
	asking, cancel := context.WithTimeout(ctx, askTime)
	d, err := o.Service.Diag(asking)
	cancel()
	if err == nil {
		return o.told(d, true)
	}
	if hopeless(err) {
		return silent()
	}
	asking, cancel = context.WithTimeout(ctx, againTime)
	defer cancel()
	s, err := o.Service.Snapshot(asking)
	if err != nil {
		return silent()
	}
	return o.told(apitype.Diag{Snapshot: s}, false)
}

// hopeless says whether asking for less is of no use.
func hopeless(err error) bool {
	var p *apitype.Problem
	return errors.As(err, &p) && p.Code == apitype.AgentUnreachable
}

// silent is what is known from a service that does not answer.
func silent() map[Name]finding {
	found := map[Name]finding{}
	for _, name := range []Name{Readers, Card, Certificates, PIN, Trust, Systems, Events} {
		found[name] = unclear(apitype.AgentUnreachable)
	}
	found[Service] = red(apitype.AgentUnreachable)
	return found
}
