package broker

import (
	"context"
	"slices"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

const (
	rowTime  = 5 * time.Second // within which a row has to be on disk
	quietFor = 10 * time.Minute
	mostSaid = 64 // denials in quietFor that have rows of their own
)

// saying is a denial that a row tells of.
type saying struct {
	insertion uint64
	program   program
	rule      string
}

// denials remembers what rows have told, so that a program that asks again and again fills no disk.
type denials map[saying]time.Time

// first says whether a denial is to have a row: it is the first of its kind for a while, and there are not too many.
func (d denials) first(insertion uint64, p program, rule string, now time.Time) bool {
	for s, at := range d {
		if now.Sub(at) >= quietFor {
			delete(d, s)
		}
	}
	s := saying{insertion, p, rule}
	if _, said := d[s]; said || len(d) >= mostSaid {
		return false
	}
	d[s] = now
	return true
}

// record writes a row, whether or not anybody still waits for it.
func (b *Broker) record(row audit.Row) error {
	ctx, cancel := context.WithTimeout(context.Background(), rowTime)
	defer cancel()
	return b.parts.Record(ctx, row)
}

// noteAfter writes a row when the one before it is written, or cannot be.
func (b *Broker) noteAfter(written <-chan error, row audit.Row) {
	<-written
	if err := b.record(row); err != nil {
		b.parts.Log.Error("audit row not written", "event", row.Event, "error", err)
	}
}

// deny tells the log, and with tell the audit log, that a program got nothing.
func (b *Broker) deny(ctx context.Context, l *login, c Caller, d *Denied, tell bool) {
	b.parts.Log.DebugContext(ctx, "single sign-on denied", "pid", c.PID, "exe", c.Exe, "rule", d.Rule, "why", d.Why)
	if !tell {
		return
	}
	row := l.row(audit.SSODenied, c)
	if d.System != "" {
		row.Systems = append([]string{d.System}, d.as...)
	}
	row.Reason = d.Error()
	if err := b.record(row); err != nil {
		b.parts.Log.Error("audit row not written", "event", row.Event, "error", err)
	}
}

func (b *Broker) denyFirst(ctx context.Context, l *login, c Caller, d *Denied) {
	b.mu.Lock()
	tell := b.quiet.first(l.Insertion, programOf(c), d.Rule, b.parts.Now())
	b.mu.Unlock()
	b.deny(ctx, l, c, d, tell)
}

// Record writes a row about what the program has done with the grant, and returns when it is durable.
func (g *Grant) Record(ctx context.Context, event audit.Event, reason string) error {
	row := g.row(event, g.lease.systems, "")
	row.Reason = reason
	return g.b.parts.Record(ctx, row)
}

func (g *Grant) row(event audit.Event, systems []system.System, s token.Scheme) audit.Row {
	row := g.login.row(event, g.caller)
	row.Systems, row.Scheme = namesOf(systems), string(s)
	row.Replaces = !slices.ContainsFunc(systems, func(s system.System) bool { return !s.ReplacesPassword })
	return row
}

// row starts a row with what is known of the card, its holder and the program.
func (l *login) row(event audit.Event, c Caller) audit.Row {
	uid, tier := c.UID, int(c.Tier)
	return audit.Row{Event: event, Insertion: l.Insertion, Reader: l.Reader, HSAID: l.HSAID, CertSerial: l.Serial,
		CertIssuer: l.Issuer, LoA: l.LoA, Carrier: l.Carrier, Account: l.Account, UID: &uid,
		Session: c.Session, PID: c.PID, Exe: c.Exe, Package: c.Package, ExeSHA256: c.Digest, Label: c.Label, Tier: &tier}
}
