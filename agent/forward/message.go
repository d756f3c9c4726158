package forward

import (
	"fmt"
	"strings"
	"time"

	"siths-agent/agent/audit"
)

// Message is one row, ready to be sent in either form.
type Message struct {
	Syslog []byte // RFC 5424
	Local  []byte // as programs write to /dev/log (syslog(3))
}

// Origin says who is sending.
type Origin struct {
	Host string // RFC 5424, section 6.2.4
	PID  int
}

const (
	app = "siths-agentd"
	// facility is authpriv (RFC 5424, table 1).
	facility = 10
	// structured names our part of the structured data: a name under a private enterprise number, here the one that is
	// for documentation (RFC 5612, section 2).
	structured = "siths@32473"
)

// The severities that are used (RFC 5424, table 2).
const (
	alert   = 1
	warning = 4
	notice  = 5
	info    = 6
)

// severity says how much an event matters to who watches the server.
func severity(e audit.Event) int {
	switch e {
	case audit.AgentRecovered:
		return alert
	case audit.PINBlocked, audit.CardRefused, audit.UnlockRefused, audit.AccessDenied, audit.PolicyRefused, audit.ClockChanged:
		return warning
	case audit.PINWrong, audit.CardFailed, audit.SessionRelocked, audit.AuditPruned, audit.AuditRead, audit.PolicyReloaded:
		return notice
	}
	return info
}

// message makes the two forms of a row. Its number is what a server knows doubles by.
func (o Origin) message(r row) Message {
	pri := facility*8 + severity(r.entry.Event)
	at := r.entry.Time
	return Message{
		Syslog: fmt.Appendf(nil, `<%d>1 %s %s %s %d %s [%s seq="%d"] %s`, pri, at.UTC().Format("2006-01-02T15:04:05.000000Z"),
			header(o.Host, 255), app, o.PID, header(string(r.entry.Event), 32), structured, r.mark.Seq, r.line),
		Local: fmt.Appendf(nil, "<%d>%s %s[%d]: %s", pri, at.Local().Format(time.Stamp), app, o.PID, r.line),
	}
}

// header makes a header field of at most n printable characters without blanks, or "-" (RFC 5424, section 6).
func header(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(n, len(s))]
}
