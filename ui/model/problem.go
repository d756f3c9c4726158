package model

import (
	"slices"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// shape is how the screen of a problem is named and drawn.
type shape struct {
	id   ID
	icon Icon
}

// shapes are those of the codes that have more than a warning's or an error's sign.
func shapes() map[apitype.Code]shape {
	return map[apitype.Code]shape{
		apitype.AgentUnreachable:      {"no-service", IconOff},
		apitype.ReaderNone:            {"no-reader", IconReader},
		apitype.ReaderServiceDown:     {"no-reader-service", IconReader},
		apitype.ReaderBusy:            {"reader-busy", IconReader},
		apitype.CardNone:              {"no-card", IconCard},
		apitype.CardUnreadable:        {"card-unreadable", IconError},
		apitype.CardUnsupported:       {"card-unknown", IconError},
		apitype.CardLeftBehind:        {"card-left", IconCard},
		apitype.CertExpired:           {"expired", IconError},
		apitype.CertNotYetValid:       {"not-yet-valid", IconError},
		apitype.CertRevoked:           {"revoked", IconError},
		apitype.CertRevocationUnknown: {"offline-deny", IconError},
		apitype.PersonUnmapped:        {"not-authorised", IconError},
		apitype.PersonWrongSession:    {"wrong-session", IconShut},
		apitype.PINBlocked:            {Blocked, IconShut},
		apitype.PUKBlocked:            {PUKDead, IconError},
		apitype.PINCancelled:          {PINCancelled, IconInfo},
	}
}

// stops says whether a problem is in the way of a login that has not begun: not one of a person's last try, of a system,
// or of something else that leaves the next login possible. A code that this version does not know is in the way.
func stops(code apitype.Code) bool {
	return !slices.Contains([]apitype.Code{
		apitype.CardLeftBehind, apitype.CertExpiresSoon, apitype.NetworkDown, apitype.ConfigInvalid,
		apitype.PINWrong, apitype.PINLastTry, apitype.PINLength, apitype.PINTimeout, apitype.PINSame, apitype.PINUnsupported,
		apitype.PUKWrong, apitype.PUKBlocked, apitype.IdPRefused, apitype.SystemUnknown, apitype.SystemDenied,
	}, code)
}

// problem is the screen of one problem: what is the matter, what to do, and what to tell support.
func (v *view) problem(p apitype.Problem) Screen {
	t := text.Problem(v.lang, apitype.Code(clean(string(p.Code), longName)))
	s := Screen{ID: idOf(p.Code), Title: t.Headline, Body: []string{t.Action}, Severity: loudness(p), Code: code(p), Ref: ref(p)}
	s.Icon = iconOf(p.Code, s.Severity)
	switch {
	case p.Code == apitype.PINBlocked:
		s.Body = []string{v.wayOut()}
		s.Buttons = v.unblocking()
	case v.again(p):
		s.Buttons = []Button{v.button(DoEnterPIN, v.againWord(p)).asDefault(), v.button(DoClose, text.ScreenButtonClose).asCancel()}
	case s.Severity == apitype.Error:
		s.Buttons = v.helped()
	default:
		s.Buttons = v.close()
	}
	if s.Severity == apitype.Error {
		s.Body = append(s.Body, v.support(s))
	}
	return s
}

// again says whether the same person can try again with the card that is in.
func (v *view) again(p apitype.Problem) bool {
	waits := v.Phase == apitype.NeedPIN || v.Phase == apitype.Locked
	return waits && mayAsk(v.Snapshot) && (p.Retry == apitype.RetryNow || p.Retry == apitype.RetryAfterWait)
}

func (v *view) againWord(p apitype.Problem) text.ScreenWord {
	if p.Code == apitype.PINCancelled {
		return text.ScreenButtonEnterPIN
	}
	return text.ScreenButtonRetry
}

// wayOut says how the PIN of this very card is unblocked.
func (v *view) wayOut() string {
	if route := v.route(); route != "puk-letter" {
		return text.Unlock(v.lang, route)
	}
	return v.say(text.ScreenUnblockHere)
}

func (v *view) route() string {
	if v.Card == nil {
		return ""
	}
	return v.Card.Unlock
}

// unblocking offers the PUK where it can help: to the holder, and not of a card that has none. Of one whose PUK has to be
// ordered first it is not what Enter does.
func (v *view) unblocking() []Button {
	unblock, end := v.button(DoUnblock, text.ScreenButtonUnblock), v.button(DoClose, text.ScreenButtonClose).asCancel()
	switch route := v.route(); {
	case !mayAsk(v.Snapshot) || route == "replace":
		return v.helped()
	case route == "administrator":
		return []Button{unblock, end.asDefault()}
	}
	return []Button{unblock.asDefault(), end}
}

// notice is one line about a problem that the screen is not about.
func (v *view) notice(p apitype.Problem) string {
	t := text.Problem(v.lang, apitype.Code(clean(string(p.Code), longName)))
	return v.say(text.ScreenNotice, t.Headline, t.Action)
}

// support is what a person reads out to the helpdesk.
func (v *view) support(s Screen) string {
	if s.Ref == "" {
		return v.say(text.ScreenSupport, string(s.Code))
	}
	return v.say(text.ScreenSupportRef, string(s.Code), s.Ref)
}

func idOf(c apitype.Code) ID {
	if s, ok := shapes()[c]; ok {
		return s.id
	}
	if slices.Contains(apitype.Codes(), c) {
		return ID(strings.ReplaceAll(string(c), ".", "-"))
	}
	return "problem"
}

func iconOf(c apitype.Code, s apitype.Severity) Icon {
	if s, ok := shapes()[c]; ok {
		return s.icon
	}
	switch s {
	case apitype.Info:
		return IconInfo
	case apitype.Warning:
		return IconWarning
	}
	return IconError
}

func code(p apitype.Problem) apitype.Code { return apitype.Code(clean(string(p.Code), longName)) }

func ref(p apitype.Problem) string { return clean(p.Ref, longWord) }
