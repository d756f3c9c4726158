package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/expiry"
	"siths-agent/agent/health"
)

// Warnings remembers, over restarts, which warnings about the end of certificates were given. See expiry.Memory.
type Warnings interface {
	Take(cert string, notAfter, now time.Time) (days int, due bool)
	Forget(cert string)
	Save(now time.Time) error
}

// soonDays is from how many days before its end a certificate is no longer a matter of information only.
const soonDays = 30

// warnExpiry leaves a row when the certificate of a card has come under a threshold. ch may be nil.
func (a *Agent) warnExpiry(ch *child) {
	if ch == nil || a.parts.Warnings == nil || ch.person.Certificate == nil || ch.person.NotAfter.IsZero() {
		return
	}
	sum := sha256.Sum256(ch.person.Certificate.Raw)
	cert, now := hex.EncodeToString(sum[:]), a.parts.Now()
	days, due := a.parts.Warnings.Take(cert, ch.person.NotAfter, now)
	if !due {
		return
	}
	row := a.rowOf(ch, audit.CardExpires)
	row.Days = &days
	a.record(row, func(err error) { a.keepWarning(cert, now, err) })
}

// keepWarning makes a warning durable whose row is, or takes it back.
func (a *Agent) keepWarning(cert string, now time.Time, err error) {
	if err != nil {
		a.parts.Warnings.Forget(cert)
		return
	}
	if err := a.parts.Warnings.Save(now); err != nil {
		a.parts.Log.Error("that a warning was given is not remembered", "error", err)
	}
}

// daysLeft is how many days the certificate of a card has, nil when it tells no end.
func (a *Agent) daysLeft(ch *child) *int {
	if ch.person.NotAfter.IsZero() {
		return nil
	}
	days := expiry.Days(ch.person.NotAfter, a.parts.Now())
	return &days
}

// warning is the problem of a card that works; that it expires is told louder in the last month.
func (a *Agent) warning(ch *child, code apitype.Code) apitype.Problem {
	p := health.Problem(code, "")
	if days := a.daysLeft(ch); code == apitype.CertExpiresSoon && days != nil && *days > soonDays {
		p.Severity = apitype.Info
	}
	return p
}
