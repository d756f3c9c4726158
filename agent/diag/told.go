package diag

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"siths-agent/agent/apitype"
)

// rowOf is the row that a code belongs to.
func rowOf(code apitype.Code) Name {
	family, _, _ := strings.Cut(string(code), ".")
	switch code {
	case apitype.ReaderServiceDown:
		return CardService
	case apitype.CertRevoked, apitype.CertRevocationUnknown, apitype.CertUntrusted, apitype.CertTestEnvironment:
		return Trust
	case apitype.CertNotYetValid:
		return Clock
	case apitype.SessionNotCleared:
		return Rivals
	}
	return map[string]Name{"reader": Readers, "card": Card, "cert": Certificates, "person": Certificates, "pin": PIN, "puk": PIN,
		"network": Network, "idp": Systems, "system": Systems, "config": Policy, "audit": Events, "agent": Service}[family]
}

// told sorts what the service tells into rows. whole says whether it told all that it tells to those who may.
func (o Options) told(d apitype.Diag, whole bool) map[Name]finding {
	s := d.Snapshot
	found := map[Name]finding{
		Service: o.service(d), Readers: readerOf(s), Card: cardOf(s), Certificates: holderOf(s), PIN: pinOf(s), Trust: trustOf(s),
		Systems: systemsOf(s), Events: eventsOf(d, whole),
	}
	for _, p := range s.Problems {
		code := knownCode(p.Code)
		row := rowOf(code)
		if code == "" || row == "" {
			continue
		}
		f := finding{colour: Yellow, code: code}
		if p.Severity == apitype.Error {
			f.colour = Red
		}
		found[row] = f.with(say(Reference, p.Ref)).and(found[row])
	}
	return found
}

func (o Options) service(d apitype.Diag) finding {
	f := green()
	if theirs, ours := version(d.Snapshot.Agent.Version), version(o.Version); theirs != ours {
		f = yellow(OtherVersion).with(say(AskedBy, o.Version))
	}
	f = f.with(say(Version, d.Snapshot.Agent.Version))
	if !d.Started.IsZero() {
		f = f.with(lasting(Uptime, o.Now().Sub(d.Started)))
	}
	return f
}

func readerOf(s apitype.Snapshot) finding {
	if s.Reader == nil {
		return green()
	}
	return green().with(say(Reader, s.Reader.Name))
}

func cardOf(s apitype.Snapshot) finding {
	if s.Card == nil {
		return unclear(apitype.CardNone)
	}
	return green().with(say(Kind, s.Card.Kind), say(ATR, s.Card.ATR), say(CardNumber, s.Card.Number))
}

// holderOf is about the certificate that logs in, and whose it is. The name is not told.
func holderOf(s apitype.Snapshot) finding {
	h := s.Holder
	if h == nil || h.HSAID == "" {
		return hidden(s)
	}
	f := green().with(say(Holder, h.HSAID), count(Level, h.LoA), say(Carrier, h.Carrier))
	if h.DaysLeft != nil {
		f = f.with(count(DaysLeft, *h.DaysLeft))
	}
	return f
}

func pinOf(s apitype.Snapshot) finding {
	if s.Card == nil || s.Card.PIN == nil {
		return hidden(s)
	}
	f := green()
	if auth := s.Card.PIN.Auth; auth != nil {
		if auth.Tries == 0 {
			f = red(apitype.PINBlocked)
		}
		f = f.with(count(Tries, auth.Tries))
	}
	if sign := s.Card.PIN.Sign; sign != nil {
		f = f.with(count(SignTries, sign.Tries))
	}
	return f
}

func trustOf(s apitype.Snapshot) finding {
	if s.Holder == nil || s.Holder.Revocation == nil {
		return hidden(s)
	}
	r := s.Holder.Revocation
	f := green().with(say(Revocation, r.Result), say(Source, r.Source))
	if r.Source != "" {
		f = f.with(lasting(Age, time.Duration(r.AgeS)*time.Second))
	}
	return f
}

// hidden is a row about a card of which nothing is told: there is none, it is being read, it is refused, or it is not for the
// caller to see.
func hidden(s apitype.Snapshot) finding {
	if s.Card == nil {
		return unclear(apitype.CardNone)
	}
	for _, p := range s.Problems {
		if code := knownCode(p.Code); code != "" && p.Severity == apitype.Error {
			return unclear(code)
		}
	}
	if s.Phase == apitype.Reading {
		return yellow(TooLate)
	}
	return unclear(apitype.SystemDenied)
}

// mostSystems is of how many systems a page tells one by one.
const mostSystems = 20

// systemsOf tells of each system by its number: names are the administrator's own words.
func systemsOf(s apitype.Snapshot) finding {
	f, ready := green(), 0
	for n, system := range s.Systems {
		switch system.State {
		case "ready":
			ready++
		case "unreachable", "denied":
			f = f.and(unclear(cmp.Or(knownCode(system.Why), apitype.SystemDenied)))
		}
		if n < mostSystems {
			words := []string{strconv.Itoa(n + 1), system.Kind, system.State, string(system.Why), system.Reason}
			f = f.with(say(System, strings.Join(words, " ")))
		}
	}
	if len(s.Systems) == 0 {
		return f
	}
	return green().with(count(Ready, ready), count(NotReady, len(s.Systems)-ready)).and(f)
}

func eventsOf(d apitype.Diag, whole bool) finding {
	if !whole {
		return unclear(apitype.SystemDenied)
	}
	f := green()
	for _, e := range d.Events[max(0, len(d.Events)-apitype.DiagEvents):] {
		parts := []string{e.Time.UTC().Format(time.RFC3339), e.Event}
		for _, more := range []string{e.Code, e.Ref} {
			if more != "" {
				parts = append(parts, more)
			}
		}
		f = f.with(say(Event, strings.Join(parts, " ")))
	}
	return f
}
