package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

func TestEveryProblemCodeHasAResultAndNoneIsSuccess(t *testing.T) {
	for _, code := range apitype.Codes() {
		r, ok := results()[code]
		if !ok {
			t.Errorf("%s is not in the table", code)
		}
		if r == resultSuccess {
			t.Errorf("%s lets in", code)
		}
	}
	if len(results()) != len(apitype.Codes()) {
		t.Errorf("%d results for %d codes", len(results()), len(apitype.Codes()))
	}
}

// The promises of the contract about what the module returns.
func TestTheResultsAreThoseThatApplicationsRelyOn(t *testing.T) {
	want := map[apitype.Code]result{
		"pin.wrong": resultAuth, "pin.length": resultAuth, "pin.cancelled": resultAuth,
		"cert.expired": resultAuth, "cert.revoked": resultAuth, "cert.untrusted": resultAuth, "cert.key-mismatch": resultAuth,
		"person.wrong-session": resultAuth, "person.unmapped": resultUserUnknown,
		"pin.blocked": resultMaxTries, "pin.last-try": resultMaxTries,
		"agent.unreachable": resultUnavailable, "reader.none": resultUnavailable, "card.none": resultUnavailable, "pin.timeout": resultUnavailable,
		"audit.unwritable": resultSystem, "config.invalid": resultSystem,
	}
	for code, r := range want {
		if got := resultOf(&apitype.Problem{Code: code}); got != r {
			t.Errorf("%s: got %c, want %c", code, got, r)
		}
	}
}

func TestWhatIsNoProblemOfTheContractIsASystemError(t *testing.T) {
	for name, err := range map[string]error{
		"a code from the future": &apitype.Problem{Code: "moon.full"},
		"an empty code":          &apitype.Problem{},
		"the end of the socket":  io.ErrUnexpectedEOF,
		"a context that ended":   context.Canceled,
		"no outcome":             errNoOutcome,
	} {
		if got := resultOf(err); got != resultSystem {
			t.Errorf("%s: got %c", name, got)
		}
	}
}

func TestAProblemIsFoundInsideOtherErrors(t *testing.T) {
	inside := fmt.Errorf("asking: %w", errors.Join(io.EOF, &apitype.Problem{Code: apitype.CardNone}))
	if got := resultOf(inside); got != resultUnavailable {
		t.Errorf("got %c", got)
	}
	if got := resultOf(fmt.Errorf("asking: %w", &client.Denied{What: "x"})); got != resultAuth {
		t.Errorf("got %c", got)
	}
}
