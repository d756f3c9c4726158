package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
	"siths-agent/pcsc/token"
)

func TestEveryCodeOfTheContractIsDescribedAndNoOther(t *testing.T) {
	known := kinds()
	for _, code := range apitype.Codes() {
		k, ok := known[code]
		if !ok || k.severity == "" || k.retry == "" {
			t.Errorf("%s is described as %+v", code, k)
		}
		delete(known, code)
	}
	for code := range known {
		t.Errorf("%s is not in the contract", code)
	}
}

func TestEveryCauseIsItselfAKnownCode(t *testing.T) {
	for code, k := range kinds() {
		seen := map[apitype.Code]bool{code: true}
		for cause := k.cause; cause != ""; cause = kinds()[cause].cause {
			if !slices.Contains(apitype.Codes(), cause) || seen[cause] {
				t.Fatalf("%s is said to come from %s", code, cause)
			}
			seen[cause] = true
		}
	}
}

func TestAnUnknownCodeIsSerious(t *testing.T) {
	if p := Problem("no.such", "7f3a"); p.Severity != apitype.Error || p.Retry != apitype.RetryAdmin || p.Ref != "7f3a" {
		t.Errorf("%+v", p)
	}
}

func TestWhatFollowsFromSomethingElseIsNotShown(t *testing.T) {
	for _, c := range []struct {
		name        string
		given, want []apitype.Code
	}{
		{"nothing", nil, nil},
		{"no readers because the service is down", []apitype.Code{apitype.ReaderNone, apitype.ReaderServiceDown}, []apitype.Code{apitype.ReaderServiceDown}},
		{"no card because there is no reader", []apitype.Code{apitype.CardNone, apitype.ReaderNone}, []apitype.Code{apitype.ReaderNone}},
		{"no card because the service is down", []apitype.Code{apitype.CardNone, apitype.ReaderServiceDown}, []apitype.Code{apitype.ReaderServiceDown}},
		{"a whole chain", []apitype.Code{apitype.CardNone, apitype.ReaderNone, apitype.ReaderServiceDown}, []apitype.Code{apitype.ReaderServiceDown}},
		{"no answer without a network", []apitype.Code{apitype.CertRevocationUnknown, apitype.NetworkDown}, []apitype.Code{apitype.NetworkDown}},
		{"two that have nothing to do with each other", []apitype.Code{apitype.PINWrong, apitype.AuditUnwritable}, []apitype.Code{apitype.AuditUnwritable, apitype.PINWrong}},
		{"the same twice", []apitype.Code{apitype.PINWrong, apitype.PINWrong}, []apitype.Code{apitype.PINWrong}},
		{"the worst first, then by name", []apitype.Code{apitype.CardNone, apitype.PINLastTry, apitype.CertExpiresSoon, apitype.PINBlocked},
			[]apitype.Code{apitype.PINBlocked, apitype.CertExpiresSoon, apitype.PINLastTry, apitype.CardNone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var given []apitype.Problem
			for _, code := range c.given {
				given = append(given, Problem(code, ""))
			}
			var got []apitype.Code
			for _, p := range Visible(given) {
				got = append(got, p.Code)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v shows as %v, not %v", c.given, got, c.want)
			}
		})
	}
}

func TestTheReferenceOfAVisibleProblemIsKept(t *testing.T) {
	got := Visible([]apitype.Problem{Problem(apitype.CardSilent, "7f3a")})
	if len(got) != 1 || got[0].Ref != "7f3a" {
		t.Errorf("%+v", got)
	}
}

func TestEveryTypedErrorHasItsCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want apitype.Code
	}{
		{token.ErrBusy, apitype.ReaderBusy},
		{token.ErrSilent, apitype.CardSilent},
		{context.DeadlineExceeded, apitype.CardSilent},
		{token.ErrRemoved, apitype.CardNone},
		{token.ErrUnsupported, apitype.CardUnsupported},
		{token.ErrUnreadable, apitype.CardUnreadable},
		{token.ErrChanged, apitype.CardSwapped},
		{token.ErrNoKey, apitype.CertKeyMismatch},
		{&token.PINError{Reason: token.Wrong}, apitype.PINWrong},
		{&token.PINError{Reason: token.Length}, apitype.PINLength},
		{&token.PINError{Reason: token.Blocked}, apitype.PINBlocked},
		{&token.PINError{Reason: "anything else"}, apitype.PINBlocked},
		{&identity.Refusal{Code: apitype.CertRevoked, Err: token.ErrBusy}, apitype.CertRevoked},
		{&apitype.Problem{Code: apitype.PINTimeout}, apitype.PINTimeout},
		{errors.New("anything else"), apitype.CardUnreadable},
		{errors.Join(errors.New("closing"), token.ErrRemoved), apitype.CardNone},
	} {
		for _, err := range []error{c.err, fmt.Errorf("deep down: %w", c.err)} {
			if got := CodeOf(err); got != c.want {
				t.Errorf("%v is %s, not %s", err, got, c.want)
			}
		}
	}
}
