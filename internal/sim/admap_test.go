package sim

import (
	"context"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
)

// Admap says whom it was asked about.
func (l *life) Admap(_ context.Context, p identity.Person) (apitype.Admap, error) {
	return apitype.Admap{HSAID: p.HSAID}, nil
}
