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
	Typing   bool        // a person was typing the PIN when it came to be so
}

// All returns all screens that there are, in the order of the flow.
func All() []Scene {
	out := slices.Concat(flow(), opened(), typedBefore())
	for _, code := range apitype.Codes() {
		out = append(out, Scene{"refused because of " + string(code), Anna(apitype.Refused, code), nil, false})
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
		{"no service", model.Unreachable(), nil, false},
		{"no reader", Empty(apitype.NoReader, apitype.ReaderNone), nil, false},
		{"no card", Empty(apitype.NoCard), nil, false},
		{"nobody can log in", Empty(apitype.NoCard, apitype.AuditUnwritable), nil, false},
		{"reading", Bare(apitype.Reading), nil, false},
		{"pin", Anna(apitype.NeedPIN), nil, false},
		{"pin of somebody else's card", Bare(apitype.NeedPIN), nil, false},
		{"wrong pin", With(Anna(apitype.NeedPIN, apitype.PINWrong), Tries(2)), nil, false},
		{"pin of a wrong form", Anna(apitype.NeedPIN, apitype.PINLength), nil, false},
		{"too slow", Anna(apitype.NeedPIN, apitype.PINTimeout), nil, false},
		{"cancelled", Anna(apitype.NeedPIN, apitype.PINCancelled), nil, false},
		{"last try", With(Anna(apitype.NeedPIN, apitype.PINWrong, apitype.PINLastTry), Tries(1)), nil, false},
		{"failed, and worth another try", Anna(apitype.NeedPIN, apitype.CertRevocationUnknown), nil, false},
		{"verifying", Anna(apitype.Verifying), nil, false},
		{"unlocked", Anna(apitype.Unlocked), nil, false},
		{"unlocked, card expires", With(Anna(apitype.Unlocked, apitype.CertExpiresSoon), days), nil, false},
		{"unlocked, offline", Anna(apitype.Unlocked, apitype.NetworkDown), nil, false},
		{"unlocked, reserve card", With(Anna(apitype.Unlocked), reserve), nil, false},
		{"a program asks for the card", With(Anna(apitype.Unlocked), Asked(false, "/usr/lib/firefox-esr/firefox-esr")), nil, false},
		{"a program asks for the card and the code", With(Anna(apitype.Unlocked), Asked(true, "/usr/bin/ssh")), nil, false},
		{"a program that is not known asks for the card", With(Anna(apitype.Unlocked), Asked(false, "")), nil, false},
		{"unlocked by somebody else", Bare(apitype.Unlocked), nil, false},
		{"card removed", pulled, nil, false},
		{"card back", With(Anna(apitype.NeedPIN), LocksIn(7)), nil, false},
		{"card pulled while typing", pulled, nil, true},
		{"service lost while typing", model.Unreachable(), nil, true},
		{"idle", With(Anna(apitype.Unlocked, apitype.CardLeftBehind), LocksIn(60)), nil, false},
		{"locked, card left behind", Anna(apitype.Locked, apitype.CardLeftBehind), nil, false},
		{"blocked, reserve card", With(Anna(apitype.Refused, apitype.PINBlocked), reserve), nil, false},
		{"blocked, by the administrator", With(Anna(apitype.Refused, apitype.PINBlocked), func(s *apitype.Snapshot) { s.Card.Unlock = "administrator" }), nil, false},
		{"blocked, product unknown", With(Anna(apitype.Refused, apitype.PINBlocked), func(s *apitype.Snapshot) { s.Card.Unlock = "" }), nil, false},
		{"a code of a later version", Anna(apitype.Refused, "moon.full"), nil, false},
		{"a phase of a later version", Anna("dreaming"), nil, false},
	}
}

func opened() []Scene {
	open := With(Anna(apitype.Unlocked), func(s *apitype.Snapshot) {
		for _, state := range []string{"ready", "working", "need-pin", "released", "unreachable", "denied"} {
			s.Systems = append(s.Systems, apitype.System{Name: state, Title: "System " + state, Kind: "tls", State: state})
		}
		s.Systems[4].Why, s.Systems[4].Reason = apitype.NetworkDown, "unreachable"
		s.Systems[5].Why, s.Systems[5].Reason = apitype.PersonUnmapped, "not-mapped"
	})
	waits := Anna(apitype.NeedPIN)
	diagnosis := []model.Row{row("I korthet", "1 röd, 1 gul, 13 gröna rader. Börja med rad 8.", ""),
		row("1 Tjänsten", "GRÖN: version 1.0.0, igång 3 h", apitype.Info), row("3 Kortläsare", "GRÖN: läsare på USB 1", apitype.Info),
		row("8 Tillit och spärrkontroll", "RÖD: "+text.Problem(text.SV, apitype.CertRevocationUnknown).Headline+" [cert.revocation-unknown]", apitype.Error),
		row("", text.Problem(text.SV, apitype.CertRevocationUnknown).Action, ""),
		row("9 Klocka", "GUL: Ingen ställer klockan automatiskt [clock-free]", apitype.Warning)}
	return []Scene{
		{"pin on the reader", waits, &model.Page{Kind: model.PINPad, Seconds: 30}, false},
		{"last try agreed", With(waits, func(s *apitype.Snapshot) {
			s.Card = new(*s.Card)
			s.Card.PIN = &apitype.CardPIN{Auth: &apitype.PINState{Tries: 1}}
		}), &model.Page{Kind: model.PIN, Agreed: true}, false},
		{"card", waits, &model.Page{Kind: model.CardKnown}, false},
		{"card, none", Empty(apitype.NoCard), &model.Page{Kind: model.CardKnown}, false},
		{"systems", open, &model.Page{Kind: model.Systems}, false},
		{"systems, none", waits, &model.Page{Kind: model.Systems}, false},
		{"diagnostics", waits, &model.Page{Kind: model.Diagnostics, Rows: diagnosis}, false},
		{"bundle", waits, &model.Page{Kind: model.Bundle, Rows: []model.Row{row("manifest.json", "1 kB", "")}}, false},
		{"diagnostics, copied", waits, &model.Page{Kind: model.Diagnostics, Rows: diagnosis, Copied: true}, false},
		{"diagnostics, looking", waits, &model.Page{Kind: model.Diagnostics}, false},
		{"bundle saved", waits, &model.Page{Kind: model.Saved, Rows: []model.Row{row("", "/home/anna/Hämtningar/siths-diag-2026-11-22-1200.zip", "")}}, false},
		{"bundle not saved", waits, &model.Page{Kind: model.Saved, Problem: &apitype.Problem{}}, false},
		{"licences", waits, &model.Page{Kind: model.Licences, Rows: []model.Row{row("fyne.io/fyne/v2 v2.8.1", "BSD-3-Clause", ""), row("go 1.26.0", "BSD-3-Clause", "")}}, false},
		{"about", waits, &model.Page{Kind: model.About}, false},
		{"managed", waits, &model.Page{Kind: model.Managed}, false},
		{"upgraded", Empty(apitype.NoCard), &model.Page{Kind: model.Upgraded}, false},
	}
}

func typedBefore() []Scene {
	waits, blocked := Anna(apitype.NeedPIN), Anna(apitype.Refused, apitype.PINBlocked)
	after := func(code apitype.Code) *apitype.Problem { return new(health.Problem(code, "")) }
	return []Scene{
		{"change", waits, &model.Page{Kind: model.Change}, false},
		{"change, signature code", waits, &model.Page{Kind: model.Change, Sign: true}, false},
		{"change, wrong", waits, &model.Page{Kind: model.Change, Problem: after(apitype.PINWrong), Tries: new(2)}, false},
		{"change, same", waits, &model.Page{Kind: model.Change, Problem: after(apitype.PINSame)}, false},
		{"change, not alike", waits, &model.Page{Kind: model.Change, Differ: true}, false},
		{"change, easy", waits, &model.Page{Kind: model.Change, Easy: true}, false},
		{"change, not on this card", waits, &model.Page{Kind: model.Change, Problem: after(apitype.PINUnsupported)}, false},
		{"change, last try of the signature code", waits, &model.Page{Kind: model.Change, Sign: true, Problem: after(apitype.PINWrong), Tries: new(1)}, false},
		{"changed", waits, &model.Page{Kind: model.Changed}, false},
		{"unblock", blocked, &model.Page{Kind: model.Unblock}, false},
		{"unblock, wrong", blocked, &model.Page{Kind: model.Unblock, Problem: after(apitype.PUKWrong), Tries: new(5)}, false},
		{"unblock, last try", blocked, &model.Page{Kind: model.Unblock, Problem: after(apitype.PUKWrong), Tries: new(1)}, false},
		{"unblock, no more", blocked, &model.Page{Kind: model.Unblock, Problem: after(apitype.PUKBlocked)}, false},
		{"unblocked", waits, &model.Page{Kind: model.Changed, Puk: true}, false},
	}
}

// Screen returns what is shown of the scene in a language.
func (c Scene) Screen(l text.Lang) model.Screen {
	if c.Typing {
		return model.Interrupted(c.Snapshot, l, model.View(Anna(apitype.NeedPIN), l))
	}
	if c.Page != nil {
		return model.Open(c.Snapshot, l, *c.Page)
	}
	return model.View(c.Snapshot, l)
}

func row(label, value string, how apitype.Severity) model.Row {
	return model.Row{Label: label, Value: value, Severity: how}
}
