package model

import (
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

const (
	slow       = 3 * time.Second         // reading a card takes less
	cancelable = 5 * time.Second         // checking a PIN takes less
	glance     = 1500 * time.Millisecond // in which "you are logged in" is read
	aRead      = 10 * time.Second        // in which what else there is to know is read; the panel goes on telling it
	notices    = 3                       // problems beside the one that a screen is about
)

// View returns the screen that a snapshot calls for. Dates are shown in the zone that the snapshot's times carry.
func View(s apitype.Snapshot, l text.Lang) Screen {
	v := look(s, l)
	screen := v.main()
	screen.Tray, screen.Window = v.tray(screen), v.say(text.ScreenTray, screen.Title)
	return screen
}

// Unreachable returns the snapshot that stands for a service that does not answer.
func Unreachable() apitype.Snapshot {
	return apitype.Snapshot{V: apitype.Version, Problems: []apitype.Problem{health.Problem(apitype.AgentUnreachable, "")}}
}

// view is one look at a snapshot. Problems that a screen has told of are taken out of the rest.
type view struct {
	apitype.Snapshot
	lang text.Lang
	rest []apitype.Problem
}

func look(s apitype.Snapshot, l text.Lang) *view {
	return &view{Snapshot: s, lang: l, rest: slices.Clone(health.Visible(s.Problems))}
}

// main is the screen of the state, with what is said on each.
func (v *view) main() Screen {
	s := v.state()
	if n := v.locksIn(); n > 0 {
		if s.LocksIn = n; s.ID != CardRemoved && s.ID != IdleLock {
			s.Body, s.Severity = append([]string{v.say(text.ScreenLocksIn, n)}, s.Body...), louder(s.Severity, apitype.Warning)
		}
	}
	for _, p := range v.rest[:min(notices, len(v.rest))] {
		s.Body = append(s.Body, v.notice(p))
		s.Severity, s.Closes = louder(s.Severity, p.Severity), noSooner(s.Closes, p)
	}
	return s
}

// noSooner is after how long a screen closes by itself that tells of a problem too: one of an error stays.
func noSooner(closes time.Duration, p apitype.Problem) time.Duration {
	if closes == 0 || loudness(p) == apitype.Error {
		return 0
	}
	return aRead
}

// state is the screen of the phase, or of what is in its way.
func (v *view) state() Screen {
	if p, ok := v.take(apitype.AgentUnreachable); ok {
		return v.problem(p)
	}
	empty := v.Phase == apitype.NoReader || v.Phase == apitype.NoCard
	switch {
	case v.Phase == apitype.Unlocked:
		return v.unlocked()
	case v.Phase == apitype.Verifying:
		return v.verifying()
	case v.Phase == apitype.Refused:
		return v.refused()
	case empty && v.locksIn() > 0:
		return v.removed()
	}
	if p, ok := v.takeFirst(stops); ok {
		return v.problem(p)
	}
	switch {
	case empty:
		return v.empty()
	case v.Phase == apitype.Reading:
		return v.reading()
	case v.Phase == apitype.NeedPIN, v.Phase == apitype.Locked:
		return v.closed()
	}
	return v.unknown()
}

// closed is the screen of a card that waits for its PIN, as far as it is the one that looks who can give it.
func (v *view) closed() Screen {
	switch {
	case mayAsk(v.Snapshot):
		return v.pin(false)
	case v.Phase == apitype.Locked && v.Session != nil:
		return v.reading() // the card is opened anew after a lock
	}
	return v.problem(health.Problem(apitype.PersonWrongSession, ""))
}

func (v *view) refused() Screen {
	for _, code := range []apitype.Code{apitype.PUKBlocked, apitype.PINBlocked} {
		if p, ok := v.take(code); ok {
			return v.problem(p)
		}
	}
	for _, wanted := range []func(apitype.Code) bool{stops, func(apitype.Code) bool { return true }} {
		if p, ok := v.takeFirst(wanted); ok {
			return v.problem(p)
		}
	}
	return v.problem(health.Problem(apitype.CardUnreadable, ""))
}

// empty is the screen of a reader without a card, or of no reader.
func (v *view) empty() Screen {
	code := apitype.CardNone
	if v.Phase == apitype.NoReader {
		code = apitype.ReaderNone
	}
	v.take(code)
	return v.problem(health.Problem(code, ""))
}

// removed is the screen of a desktop whose card was pulled, until it is locked.
func (v *view) removed() Screen {
	v.take(apitype.CardNone)
	v.take(apitype.ReaderNone)
	return Screen{ID: CardRemoved, Title: v.say(text.ScreenRemoved, v.locksIn()), Body: []string{v.say(text.ScreenRemovedHow)},
		Icon: IconTimer, Severity: apitype.Warning, Buttons: v.close()}
}

func (v *view) reading() Screen {
	return Screen{ID: Reading, Title: text.Phase(v.lang, apitype.Reading), Body: []string{v.say(text.ScreenLeaveCard)},
		Icon: IconWait, Severity: apitype.Info, Buttons: v.close(), Later: &Later{slow, v.say(text.ScreenSlow)}}
}

func (v *view) verifying() Screen {
	cancel := Button{ID: DoCancel, Label: v.say(text.ScreenButtonCancel), Default: true, Cancel: true, After: cancelable}
	return Screen{ID: Verifying, Title: text.Phase(v.lang, apitype.Verifying), Body: []string{v.say(text.ScreenLeaveCard)},
		Icon: IconWait, Severity: apitype.Info, Buttons: []Button{cancel}}
}

func (v *view) unknown() Screen {
	if p, ok := v.takeFirst(func(apitype.Code) bool { return true }); ok {
		return v.problem(p)
	}
	return Screen{ID: Unknown, Title: v.say(text.ScreenUnknown), Body: []string{v.say(text.ScreenUnknownHow)},
		Icon: IconError, Severity: apitype.Error, Buttons: v.helped()}
}

// locksIn is the countdown to the lock of a desktop that is open.
func (v *view) locksIn() int {
	if v.Session == nil || v.Session.State != "unlocked" {
		return 0
	}
	return max(0, v.Session.LocksInS)
}

func (v *view) say(w text.ScreenWord, args ...any) string { return text.Screen(v.lang, w, args...) }

// take takes the problem of a code out of the rest.
func (v *view) take(code apitype.Code) (apitype.Problem, bool) {
	return v.takeFirst(func(c apitype.Code) bool { return c == code })
}

func (v *view) takeFirst(wanted func(apitype.Code) bool) (apitype.Problem, bool) {
	i := slices.IndexFunc(v.rest, func(p apitype.Problem) bool { return wanted(p.Code) })
	if i < 0 {
		return apitype.Problem{}, false
	}
	p := v.rest[i]
	v.rest = slices.Delete(v.rest, i, i+1)
	return p, true
}
