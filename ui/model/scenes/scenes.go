// Package scenes is a list of all that windows and tray can show, for golden texts and pictures.
package scenes

import (
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// Scene is a state, or a page that a person has opened in one.
type Scene struct {
	Name     string
	Snapshot apitype.Snapshot
	Page     *model.Page // nil: what the state calls for
}

// All returns all screens that there are, in the order of the flow.
func All() []Scene {
	out := slices.Concat(flow(), opened(), typedBefore())
	for _, code := range apitype.Codes() {
		out = append(out, Scene{"refused because of " + string(code), Anna(apitype.Refused, code), nil})
	}
	return out
}

func flow() []Scene {
	pulled := With(Empty(apitype.NoCard), LocksIn(10))
	days := func(s *apitype.Snapshot) { s.Holder.DaysLeft = new(14) }
	reserve := func(s *apitype.Snapshot) {
		s.Holder.Carrier, s.Card.Unlock, s.Card.Product = "reserve", "replace", "reserve"
	}
	return []Scene{
		{"no service", model.Unreachable(), nil},
		{"no reader", Empty(apitype.NoReader, apitype.ReaderNone), nil},
		{"no card", Empty(apitype.NoCard), nil},
		{"nobody can log in", Empty(apitype.NoCard, apitype.AuditUnwritable), nil},
		{"reading", Bare(apitype.Reading), nil},
		{"pin", Anna(apitype.NeedPIN), nil},
		{"pin of somebody else's card", Bare(apitype.NeedPIN), nil},
		{"wrong pin", With(Anna(apitype.NeedPIN, apitype.PINWrong), Tries(2)), nil},
		{"pin of a wrong form", Anna(apitype.NeedPIN, apitype.PINLength), nil},
		{"too slow", Anna(apitype.NeedPIN, apitype.PINTimeout), nil},
		{"cancelled", Anna(apitype.NeedPIN, apitype.PINCancelled), nil},
		{"last try", With(Anna(apitype.NeedPIN, apitype.PINWrong, apitype.PINLastTry), Tries(1)), nil},
		{"failed, and worth another try", Anna(apitype.NeedPIN, apitype.CertRevocationUnknown), nil},
		{"verifying", Anna(apitype.Verifying), nil},
		{"unlocked", Anna(apitype.Unlocked), nil},
		{"unlocked, card expires", With(Anna(apitype.Unlocked, apitype.CertExpiresSoon), days), nil},
		{"unlocked, offline", Anna(apitype.Unlocked, apitype.NetworkDown), nil},
		{"unlocked, reserve card", With(Anna(apitype.Unlocked), reserve), nil},
		{"unlocked by somebody else", Bare(apitype.Unlocked), nil},
		{"card removed", pulled, nil},
		{"card back", With(Anna(apitype.NeedPIN), LocksIn(7)), nil},
		{"idle", With(Anna(apitype.Unlocked, apitype.CardLeftBehind), LocksIn(60)), nil},
		{"locked, card left behind", Anna(apitype.Locked, apitype.CardLeftBehind), nil},
		{"blocked, reserve card", With(Anna(apitype.Refused, apitype.PINBlocked), reserve), nil},
		{"blocked, by the administrator", With(Anna(apitype.Refused, apitype.PINBlocked), func(s *apitype.Snapshot) { s.Card.Unlock = "administrator" }), nil},
		{"blocked, product unknown", With(Anna(apitype.Refused, apitype.PINBlocked), func(s *apitype.Snapshot) { s.Card.Unlock = "" }), nil},
		{"a code of a later version", Anna(apitype.Refused, "moon.full"), nil},
		{"a phase of a later version", Anna("dreaming"), nil},
	}
}

func opened() []Scene {
	open := With(Anna(apitype.Unlocked), func(s *apitype.Snapshot) {
		for _, state := range []string{"ready", "working", "need-pin", "unreachable", "denied"} {
			s.Systems = append(s.Systems, apitype.System{Name: state, Title: "System " + state, Kind: "tls", State: state})
		}
	})
	waits := Anna(apitype.NeedPIN)
	diagnosis := []model.Row{row("Kortläsare", "Virtual PCD 00 00", apitype.Info), row("Spärrkontroll", "cert.revocation-unknown", apitype.Error)}
	return []Scene{
		{"pin on the reader", waits, &model.Page{Kind: model.PINPad, Seconds: 30}},
		{"last try agreed", With(waits, func(s *apitype.Snapshot) {
			s.Card = new(*s.Card)
			s.Card.PIN = &apitype.CardPIN{Auth: &apitype.PINState{Tries: 1}}
		}), &model.Page{Kind: model.PIN, Agreed: true}},
		{"card", waits, &model.Page{Kind: model.CardKnown}},
		{"card, none", Empty(apitype.NoCard), &model.Page{Kind: model.CardKnown}},
		{"systems", open, &model.Page{Kind: model.Systems}},
		{"systems, none", waits, &model.Page{Kind: model.Systems}},
		{"diagnostics", waits, &model.Page{Kind: model.Diagnostics, Rows: diagnosis}},
		{"bundle", waits, &model.Page{Kind: model.Bundle, Rows: []model.Row{row("manifest.json", "1 kB", "")}}},
		{"about", waits, &model.Page{Kind: model.About}},
		{"managed", waits, &model.Page{Kind: model.Managed}},
		{"upgraded", Empty(apitype.NoCard), &model.Page{Kind: model.Upgraded}},
	}
}

func typedBefore() []Scene {
	waits, blocked := Anna(apitype.NeedPIN), Anna(apitype.Refused, apitype.PINBlocked)
	after := func(code apitype.Code) *apitype.Problem { return new(health.Problem(code, "")) }
	return []Scene{
		{"change", waits, &model.Page{Kind: model.Change}},
		{"change, signature code", waits, &model.Page{Kind: model.Change, Sign: true}},
		{"change, wrong", waits, &model.Page{Kind: model.Change, Problem: after(apitype.PINWrong), Tries: new(2)}},
		{"change, same", waits, &model.Page{Kind: model.Change, Problem: after(apitype.PINSame)}},
		{"change, not alike", waits, &model.Page{Kind: model.Change, Differ: true}},
		{"change, easy", waits, &model.Page{Kind: model.Change, Easy: true}},
		{"change, not on this card", waits, &model.Page{Kind: model.Change, Problem: after(apitype.PINUnsupported)}},
		{"change, last try of the signature code", waits, &model.Page{Kind: model.Change, Sign: true, Problem: after(apitype.PINWrong), Tries: new(1)}},
		{"changed", waits, &model.Page{Kind: model.Changed}},
		{"unblock", blocked, &model.Page{Kind: model.Unblock}},
		{"unblock, wrong", blocked, &model.Page{Kind: model.Unblock, Problem: after(apitype.PUKWrong), Tries: new(5)}},
		{"unblock, last try", blocked, &model.Page{Kind: model.Unblock, Problem: after(apitype.PUKWrong), Tries: new(1)}},
		{"unblock, no more", blocked, &model.Page{Kind: model.Unblock, Problem: after(apitype.PUKBlocked)}},
		{"unblocked", waits, &model.Page{Kind: model.Changed, Puk: true}},
	}
}

// Screen returns what is shown of the scene in a language.
func (c Scene) Screen(l text.Lang) model.Screen {
	if c.Page != nil {
		return model.Open(c.Snapshot, l, *c.Page)
	}
	return model.View(c.Snapshot, l)
}

func row(label, value string, how apitype.Severity) model.Row {
	return model.Row{Label: label, Value: value, Severity: how}
}
