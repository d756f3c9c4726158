package broker

import "siths-agent/agent/broker/system"

// Systems returns all systems in the order of their names, with the state of each.
func (b *Broker) Systems() []Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Status, len(b.systems))
	for i, s := range b.systems {
		out[i] = b.status(s)
	}
	return out
}

func (b *Broker) status(s system.System) Status {
	st := Status{Name: s.Name, Title: s.Title, Kind: s.Kind, State: NeedPIN}
	l := b.open()
	if l == nil {
		return st
	}
	if rule := l.closed[s.Name]; rule != "" {
		st.Why = &Over{rule}
		return st
	}
	if told, ok := l.states[s.Name]; ok {
		st.State, st.Why = told.State, told.Why
		return st
	}
	if st.State = Ready; s.Kind == system.Kerberos {
		st.State = Working // until its ticket is there
	}
	return st
}

// SetState says how far a system is, until the login ends. Without a login it does nothing.
func (b *Broker) SetState(name string, s State, why error) {
	b.mu.Lock()
	l := b.open()
	if l != nil {
		l.states[name] = Status{State: s, Why: why}
	}
	b.mu.Unlock()
	if l != nil {
		b.tell()
	}
}
