package broker

import (
	"context"
	"errors"
	"testing"

	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// play is a broker under any sequence of what can happen to it, and what the test knows to be true.
type play struct {
	t      *testing.T
	w      *world
	end    context.CancelFunc // of the login that is open; nil: none
	n      uint64
	rules  []system.System
	grants []held
}

// held is a grant, and whose it is.
type held struct {
	g      *Grant
	caller Caller
	login  uint64
	over   bool
}

func callers() []Caller {
	other, thief, root, sure := browser(), browser(), browser(), browser()
	other.Exe, thief.UID, root.UID = "/usr/bin/curl", 1001, 0
	sure.Tier, sure.Label = system.T2, "chromium"
	return []Caller{browser(), other, thief, root, sure, {UID: 1000}}
}

func ruleSets() [][]system.System {
	any, labelled := web("any"), web("labelled")
	any.Caller = system.Caller{}
	labelled.Caller.MinTier, labelled.Caller.Label = system.T2, "chromium"
	return [][]system.System{nil, {web("lifecare")}, {web("lifecare"), labelled}, {any}, {labelled}}
}

func (p *play) close() {
	if p.end != nil {
		p.end()
		p.end = nil
	}
	p.forgetAll()
}

func (p *play) forgetAll() {
	for i := range p.grants {
		p.grants[i].over = true
	}
}

func (p *play) open() {
	p.close()
	var ctx context.Context
	ctx, p.end = context.WithCancel(p.t.Context())
	p.n++
	p.w.Open(ctx, p.w.anna(p.n))
}

func (p *play) reload(n byte) {
	sets := ruleSets()
	p.rules = sets[int(n)%len(sets)]
	p.w.Reload(p.rules)
}

func (p *play) grant(n byte) {
	all := callers()
	c := all[int(n)%len(all)]
	g, err := p.w.Grant(p.t.Context(), c, tlsUse())
	if err == nil {
		if p.end == nil || !p.mayHave(c) {
			p.t.Fatalf("%+v got a grant by %+v", c, p.rules)
		}
		p.grants = append(p.grants, held{g, c, p.n, false})
	}
}

// mayHave is written down another way than the code that it checks.
func (p *play) mayHave(c Caller) bool {
	for _, s := range p.rules {
		if c.UID == 1000 && (s.Name == "any" || c.Exe == chromium && (s.Name == "lifecare" || c.Label == "chromium")) {
			return true
		}
	}
	return false
}

func (p *play) sign(n byte) {
	if len(p.grants) == 0 {
		return
	}
	h := p.grants[int(n)%len(p.grants)]
	signature, err := h.g.Sign(p.t.Context(), token.PKCS1SHA256, digest())
	if err != nil && signature != nil {
		p.t.Fatal("a signature beside an error")
	}
	if err == nil && (h.over || h.login != p.n || !p.mayHave(h.caller)) {
		p.t.Fatalf("released to %+v of login %d in %d by %+v", h.caller, h.login, p.n, p.rules)
	}
	if h.over && !errors.Is(err, ErrEnded) {
		p.t.Fatalf("after its login: %v", err)
	}
}

// FuzzNoSequenceReleasesWhatNoRuleAllows: two bytes are a step.
func FuzzNoSequenceReleasesWhatNoRuleAllows(f *testing.F) {
	f.Add([]byte{1, 1, 0, 0, 3, 0, 4, 0, 2, 0, 4, 0, 0, 0, 4, 0, 3, 0, 4, 1, 1, 0, 4, 1})
	f.Add([]byte{1, 2, 0, 0, 3, 4, 3, 1, 1, 4, 4, 0, 3, 4, 4, 1, 1, 3, 3, 5, 4, 2, 0, 0, 4, 2})
	ready, err := signWith(token.PKCS1SHA256, digest())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, steps []byte) {
		p := &play{t: t, w: newWorld()}
		p.w.ready = ready
		defer p.close()
		for ; len(steps) > 1; steps = steps[2:] {
			switch steps[0] % 5 {
			case 0:
				p.open()
			case 1:
				p.reload(steps[1])
			case 2:
				p.close()
			case 3:
				p.grant(steps[1])
			case 4:
				p.sign(steps[1])
			}
		}
	})
}
