package agent

import (
	"context"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
)

// Admap says what Active Directory has to know about the card in the reader, also when it may not be used. of is nil for
// whoever may see every card, else the uid of the person whose card it has to be.
func (a *Agent) Admap(ctx context.Context, of *uint32) (apitype.Admap, error) {
	var person identity.Person
	var wrong *apitype.Problem
	var who Identifier
	err := a.whenRead(ctx, func() {
		person, wrong = a.certified(of)
		who = a.parts.Who
	})
	if err != nil {
		return apitype.Admap{}, err
	}
	if wrong != nil {
		return apitype.Admap{}, wrong
	}
	return who.Admap(ctx, person)
}

// certified is the person of the certificate that the card in the reader logs in with, or would.
func (a *Agent) certified(of *uint32) (identity.Person, *apitype.Problem) {
	var person identity.Person
	if ch := a.front(); ch != nil {
		person = ch.person
	} else if r := a.refused; r != nil && string(r.problem.Code) == string(a.state.Refusal) {
		person = r.person
	}
	switch {
	case person.Certificate == nil:
		p := a.obstacle()
		return person, &p
	case of != nil && (!person.HasUID || person.UID != *of):
		p := a.problem(apitype.PersonWrongSession)
		return person, &p
	}
	return person, nil
}
