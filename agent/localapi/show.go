//go:build !canary_bare_view

package localapi

import (
	"siths-agent/agent"
	"siths-agent/agent/apitype"
)

// show takes out of a snapshot what the caller may not see. It is asked anew for each snapshot: the card, and with it
// whose data is in there, changes under a watcher.
func show(v agent.View, r request) apitype.Snapshot {
	out := v.Snapshot
	if !v.OpenedFor(r.peer.UID) {
		out.Consent = nil // what a person is asked is for that person alone
	}
	if r.kind == Admin || r.kind == Helpdesk {
		return out
	}
	if !v.OpenedFor(r.peer.UID) {
		out.Session, out.Systems = nil, nil
	}
	if v.HeldBy(r.peer.UID) {
		return out
	}
	out.Holder = nil
	if out.Card != nil {
		bare := *out.Card
		bare.Number, bare.PIN = "", nil
		bare.Product, bare.Unlock = "", "" // of a reserve card they say something of its holder
		out.Card = &bare
	}
	return out
}
