package agent

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
	"siths-agent/agent/policy"
	"siths-agent/pcsc/siths"
)

func TestTheFirstProductThatFitsACardHolds(t *testing.T) {
	products := []policy.Product{
		{Name: "reserve", Carrier: "reserve", Unlock: "replace"},
		{Name: "7XX", ATRs: []string{"3b01", "3b7fx2"}, Unlock: "administrator"},
		{Name: "6XX", ATRs: []string{"3b7f"}, Carrier: "card", Unlock: "puk-letter"},
	}
	for name, c := range map[string]struct {
		atr     []byte
		carrier string
		want    string
	}{
		"a reserve card of any ATR":       {[]byte{0x3b, 0x7f}, "reserve", "replace"},
		"one of two patterns":             {[]byte{0x3b, 0x7f, 0x12}, "card", "administrator"},
		"both ATR and carrier":            {[]byte{0x3b, 0x7f}, "card", "puk-letter"},
		"the ATR without the carrier":     {[]byte{0x3b, 0x7f}, "mobile", ""},
		"an ATR that only begins like it": {[]byte{0x3b, 0x7f, 0x13, 0x00}, "card", ""},
		"no ATR":                          {nil, "card", ""},
	} {
		holder := identity.Person{Carrier: siths.Carrier(c.carrier)}
		if got := productOf(products, c.atr, holder).Unlock; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestABlockedCardSaysHowItIsUnblocked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.a.parts.Policy.Card.Products = []policy.Product{{Name: "7XX", ATRs: []string{"3bxx"}, Unlock: "administrator"}}
		card := newCard("anna")
		card.tries = new(0)
		w.insert(card)
		if c := w.snapshot().Card; c.Product != "7XX" || c.Unlock != "administrator" {
			t.Errorf("the card is %+v", c)
		}
		w.wantPhase(apitype.Refused)
	})
}
