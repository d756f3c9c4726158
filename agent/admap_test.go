package agent

import (
	"context"
	"errors"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
)

// wantAdmap checks what is said of the card in the reader: whose it is, or why nothing is said.
func (w *world) wantAdmap(of *uint32, hsaID string, code apitype.Code) {
	w.t.Helper()
	got, err := w.a.Admap(context.Background(), of)
	var p *apitype.Problem
	if errors.As(err, &p) != (code != "") || p != nil && p.Code != code || got.HSAID != hsaID {
		w.t.Errorf("got %+v, %v; want %q, %q", got, err, hsaID, code)
	}
}

func TestTheMappingIsThatOfTheCardInTheReader(t *testing.T) {
	inWorld(t, func(w *world) {
		anna, bert := uint32(1000), uint32(1001)
		w.wantAdmap(nil, "", apitype.CardNone)
		id := w.insert(newCard("anna"))
		w.wantAdmap(nil, "SE2321000131-anna", "")
		w.wantAdmap(&anna, "SE2321000131-anna", "")
		w.wantAdmap(&bert, "", apitype.PersonWrongSession)
		w.remove(id)
		w.wantAdmap(nil, "", apitype.CardNone)
	})
}

func TestACardThatMayNotBeUsedHasAMappingForHelpdeskOnly(t *testing.T) {
	inWorld(t, func(w *world) {
		unmapped := person("nobody", 0)
		unmapped.Account, unmapped.HasUID = "", false
		w.identify("nobody", &identity.Refusal{Code: apitype.PersonUnmapped, Person: unmapped, Err: errors.New("x")})
		id := w.insert(newCard("nobody"))
		w.wantAdmap(nil, "SE2321000131-nobody", "")
		root := uint32(0)
		w.wantAdmap(&root, "", apitype.PersonWrongSession)
		w.remove(id)
		w.wantAdmap(nil, "", apitype.CardNone)
		w.identify("none", &identity.Refusal{Code: apitype.CertRevoked, Err: errors.New("x")})
		w.insert(newCard("none"))
		w.wantAdmap(nil, "", apitype.CertRevoked)
	})
}
