package model

import (
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

// unlocked is the screen of an open desktop: whatever is wrong beside it does not end the work, and is told on it.
func (v *view) unlocked() Screen {
	n := v.locksIn()
	switch {
	case v.Session == nil && v.Holder == nil:
		return Screen{ID: Other, Title: v.say(text.ScreenOther), Body: []string{v.say(text.ScreenOtherHow)},
			Icon: IconShut, Severity: apitype.Info, Buttons: v.close()}
	case n > 0:
		return Screen{ID: IdleLock, Title: v.say(text.ScreenIdle, n), Body: []string{v.say(text.ScreenIdleHow)},
			Icon: IconTimer, Severity: apitype.Warning, Buttons: v.close()}
	}
	if q := v.consent(); q != nil {
		return *q
	}
	s := v.open()
	s.Icon, s.Buttons = IconOpen, v.close()
	return s
}

// open is the screen of the holder's own desktop, by the most important thing that there is to know of the card.
func (v *view) open() Screen {
	in := v.say(text.ScreenLoggedIn)
	if s, ok := v.offline(); ok {
		return s
	}
	if p, ok := v.take(apitype.CertExpiresSoon); ok {
		return Screen{ID: CertExpires, Title: v.expires(), Body: []string{v.say(text.ScreenOrderCard)},
			Severity: apitype.Warning, Closes: aRead, Code: p.Code, Ref: ref(p)}
	}
	if h := v.Holder; h != nil && h.Carrier == "reserve" && !h.NotAfter.IsZero() {
		return Screen{ID: ReserveCard, Title: v.say(text.ScreenReserve, date(h.NotAfter)), Body: []string{v.say(text.ScreenReserveHow)},
			Severity: apitype.Info, Closes: aRead}
	}
	return Screen{ID: Unlocked, Title: in, Body: append(v.named(), v.say(text.ScreenTakeCard)), Severity: apitype.Info, Closes: glance}
}

// offline is the screen of a card that was let in on an older answer about its revocation.
func (v *view) offline() (Screen, bool) {
	if v.Holder == nil || v.Holder.Revocation == nil || v.Holder.Revocation.Result != "good" {
		return Screen{}, false
	}
	p, ok := v.take(apitype.NetworkDown)
	if !ok {
		return Screen{}, false
	}
	age := text.Age(v.lang, v.Holder.Revocation.AgeS)
	return Screen{ID: OfflineGrace, Title: v.say(text.ScreenOffline), Body: []string{v.say(text.ScreenOfflineAge, age)},
		Severity: apitype.Warning, Closes: aRead, Code: p.Code, Ref: ref(p)}, true
}

// expires says how soon the card ends, by the service's own count.
func (v *view) expires() string {
	if h := v.Holder; h != nil && h.DaysLeft != nil && *h.DaysLeft >= 0 {
		return text.Expires(v.lang, *h.DaysLeft)
	}
	return text.Problem(v.lang, apitype.CertExpiresSoon).Headline
}

// named greets the holder, where the service names one.
func (v *view) named() []string {
	if v.Holder == nil {
		return nil
	}
	name := shortName(v.Holder.Name)
	if name == "" {
		return nil
	}
	return []string{v.say(text.ScreenHello, name)}
}

func date(t time.Time) string { return t.Format(time.DateOnly) }

// louder is the worse of two severities; one that is not known counts as an error.
func louder(a, b apitype.Severity) apitype.Severity {
	for _, s := range []apitype.Severity{apitype.Info, apitype.Warning} {
		if a == s {
			return known(b)
		}
		if b == s {
			return known(a)
		}
	}
	return apitype.Error
}

func known(s apitype.Severity) apitype.Severity {
	if s == apitype.Info || s == apitype.Warning {
		return s
	}
	return apitype.Error
}

// loudness is how bad a problem is: as the service says, or as its code does.
func loudness(p apitype.Problem) apitype.Severity {
	if p.Severity == "" {
		return health.Problem(p.Code, "").Severity
	}
	return known(p.Severity)
}
