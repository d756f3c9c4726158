package diagpage

import (
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/ui/text"
)

// TestNoWordOfAHostileServiceIsInAWindowATicketOrABundle has a service that answers with secrets wherever it can say a word.
func TestNoWordOfAHostileServiceIsInAWindowATicketOrABundle(t *testing.T) {
	for _, secret := range []string{"73518294", "NzM1MTgyOTQ=", "0020008108" + "3733353138323934", "197001011234", "700161-1234", "7\x003\x005\x001\x008\x00", "<b>Anna Test</b>"} {
		s := revoked()
		state := &s.d.Snapshot
		state.Agent.Version, state.Reader.Name, state.Card.Kind, state.Card.Number, state.Card.ATR = secret, "Gemalto "+secret, secret, "…"+secret, secret
		state.Holder = &apitype.Holder{Name: secret, HSAID: "SE2321000131-" + secret, Org: secret, Account: secret, Carrier: secret,
			Revocation: &apitype.Revocation{Result: secret, Source: secret}}
		state.Session = &apitype.Session{ID: secret, User: secret, State: secret}
		state.Systems = []apitype.System{{Name: secret, Title: secret, Kind: secret, State: secret}}
		state.Problems = append(state.Problems, apitype.Problem{Code: apitype.Code("card." + secret), Severity: apitype.Error, Ref: secret})
		s.d.Events = append(s.d.Events, apitype.DiagEvent{Time: noon(), Event: "card.in " + secret, Code: secret, Ref: secret})
		p := made(t, s)
		for _, l := range []text.Lang{text.SV, text.EN} {
			if all := everything(t, l, p); strings.Contains(all, secret) {
				t.Fatalf("%q got in:\n%s", secret, all)
			}
		}
		if p.Withheld < 8 {
			t.Errorf("%q: %d facts were withheld: it went nowhere", secret, p.Withheld)
		}
	}
}

// everything is all that people can read of a page.
func everything(t *testing.T, l text.Lang, p diag.Page) string {
	t.Helper()
	b, err := Pack(p)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	if err := b.Write(&all); err != nil { // its files are stored as they are
		t.Fatal(err)
	}
	for _, r := range Files(l, b, p) {
		all.WriteString(r.Label + " " + r.Value + "\n")
	}
	return all.String() + Ticket(l, p)
}
