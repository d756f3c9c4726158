package broker

import "siths-agent/agent/broker/system"

// Explain says which of a system's conditions a program meets just now. A system that is not known has none.
func (b *Broker) Explain(c Caller, name string) Explanation {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, known := b.find(name)
	if !known {
		return Explanation{System: name}
	}
	own := b.own[process{c.PID, c.Start}] == name
	l := b.open()
	if l == nil {
		e := judge(s, c, nil, "", own)
		e.Asks = b.asking(s, nil, own)
		return e
	}
	e := judge(s, c, &person{l.UID, l.Session}, l.closed[name], own)
	meant := Use{Kinds: system.Kinds(), Only: func(o system.System) bool { return !system.Apart(s, o) }}
	e.Asks = b.asking(s, b.fitting(l, c, meant), own)
	return e
}

// asking are the rules that have the person asked before a program gets something of a system: its own, and those of
// others that fit the program too.
func (b *Broker) asking(s system.System, fit []system.System, own bool) (all []Asks) {
	if own {
		return nil
	}
	for _, a := range whoAsk(first([]system.System{s}, fit)) {
		all = append(all, Asks{System: a.Name, Consent: a.Caller.Asks()})
	}
	return all
}
