// Package health turns what went wrong into problems: stable codes with a severity, what helps, and which problem
// hides which.
package health

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/pcsc/token"
)

// kind is what is known of one code.
type kind struct {
	severity apitype.Severity
	retry    apitype.Retry
	cause    apitype.Code // while that problem is there, this one only follows from it
}

func kinds() map[apitype.Code]kind {
	const (
		info, warning, failure = apitype.Info, apitype.Warning, apitype.Error
		now, card, wait, admin = apitype.RetryNow, apitype.RetryNewCard, apitype.RetryAfterWait, apitype.RetryAdmin
	)
	return map[apitype.Code]kind{
		apitype.ReaderNone:            {failure, wait, apitype.ReaderServiceDown},
		apitype.ReaderServiceDown:     {failure, wait, ""},
		apitype.ReaderBusy:            {failure, wait, ""},
		apitype.CardNone:              {info, card, apitype.ReaderNone},
		apitype.CardUnreadable:        {failure, card, ""},
		apitype.CardUnsupported:       {failure, card, ""},
		apitype.CardSilent:            {failure, card, ""},
		apitype.CardSwapped:           {failure, card, ""},
		apitype.CardLeftBehind:        {warning, now, ""},
		apitype.CertNone:              {failure, admin, ""},
		apitype.CertExpired:           {failure, admin, ""},
		apitype.CertExpiresSoon:       {warning, admin, ""},
		apitype.CertNotYetValid:       {failure, admin, ""},
		apitype.CertRevoked:           {failure, admin, ""},
		apitype.CertRevocationUnknown: {failure, wait, apitype.NetworkDown},
		apitype.CertUntrusted:         {failure, admin, ""},
		apitype.CertTestEnvironment:   {failure, admin, ""},
		apitype.CertLoATooLow:         {failure, admin, ""},
		apitype.CertPolicyUnknown:     {failure, admin, ""},
		apitype.CertKeyMismatch:       {failure, admin, ""},
		apitype.CertLegacy:            {failure, admin, ""},
		apitype.CertWeakKey:           {failure, admin, ""},
		apitype.CertMalformed:         {failure, admin, ""},
		apitype.PersonUnmapped:        {failure, admin, ""},
		apitype.PersonWrongSession:    {failure, card, ""},
		apitype.SessionNotCleared:     {failure, wait, ""},
		apitype.PINWrong:              {warning, now, ""},
		apitype.PINLastTry:            {warning, now, ""},
		apitype.PINBlocked:            {failure, admin, ""},
		apitype.PINLength:             {warning, now, ""},
		apitype.PINCancelled:          {info, now, ""},
		apitype.PINTimeout:            {warning, now, ""},
		apitype.PINNeeded:             {info, now, ""},
		apitype.PINSame:               {warning, now, ""},
		apitype.PINUnsupported:        {failure, admin, ""},
		apitype.PUKWrong:              {warning, now, ""},
		apitype.PUKBlocked:            {failure, card, ""},
		apitype.AuditUnwritable:       {failure, admin, ""},
		apitype.NetworkDown:           {warning, wait, ""},
		apitype.IdPRefused:            {failure, admin, ""},
		apitype.SystemUnknown:         {failure, admin, ""},
		apitype.SystemDenied:          {failure, admin, ""},
		apitype.ConfigInvalid:         {failure, admin, ""},
		apitype.AgentUnreachable:      {failure, wait, ""},
	}
}

// Problem describes a code. ref ties it to the service's log and the audit row; it may be empty.
func Problem(code apitype.Code, ref string) apitype.Problem {
	k, ok := kinds()[code]
	if !ok {
		k = kind{severity: apitype.Error, retry: apitype.RetryAdmin}
	}
	return apitype.Problem{Code: code, Severity: k.severity, Retry: k.retry, Ref: ref}
}

// Visible drops every problem whose cause, or that cause's own cause, is among the problems too, and sorts the rest:
// the worst first, then by code.
func Visible(problems []apitype.Problem) []apitype.Problem {
	if len(problems) < 2 {
		return problems
	}
	known := kinds()
	explained := func(code apitype.Code) bool {
		for cause := known[code].cause; cause != ""; cause = known[cause].cause {
			if slices.ContainsFunc(problems, func(p apitype.Problem) bool { return p.Code == cause }) {
				return true
			}
		}
		return false
	}
	var out []apitype.Problem
	for _, p := range problems {
		repeated := slices.ContainsFunc(out, func(o apitype.Problem) bool { return o.Code == p.Code })
		if !repeated && !explained(p.Code) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b apitype.Problem) int {
		if a.Severity != b.Severity {
			return rank(b.Severity) - rank(a.Severity)
		}
		return cmp.Compare(a.Code, b.Code)
	})
	return out
}

func rank(s apitype.Severity) int {
	return map[apitype.Severity]int{apitype.Info: 0, apitype.Warning: 1, apitype.Error: 2}[s]
}

// Coder is an error that knows its code.
type Coder interface {
	error
	ProblemCode() apitype.Code
}

// CodeOf folds a typed error into its code. An error that is not known is card.unreadable: nothing opens on it.
func CodeOf(err error) apitype.Code {
	var coder Coder
	var problem *apitype.Problem
	var pin *token.PINError
	switch {
	case errors.As(err, &coder):
		return coder.ProblemCode()
	case errors.As(err, &problem):
		return problem.Code
	case errors.As(err, &pin):
		return pinCode(pin)
	case errors.Is(err, token.ErrBusy):
		return apitype.ReaderBusy
	case errors.Is(err, token.ErrSilent), errors.Is(err, context.DeadlineExceeded):
		return apitype.CardSilent
	case errors.Is(err, token.ErrRemoved):
		return apitype.CardNone
	case errors.Is(err, token.ErrUnsupported):
		return apitype.CardUnsupported
	case errors.Is(err, token.ErrChanged):
		return apitype.CardSwapped
	case errors.Is(err, token.ErrNoKey):
		return apitype.CertKeyMismatch
	case errors.Is(err, token.ErrNoCare):
		return apitype.PINUnsupported
	}
	return apitype.CardUnreadable
}

func pinCode(err *token.PINError) apitype.Code {
	switch err.Reason {
	case token.Wrong:
		return apitype.PINWrong
	case token.Length:
		return apitype.PINLength
	case token.PUKWrong:
		return apitype.PUKWrong
	case token.PUKBlocked:
		return apitype.PUKBlocked
	}
	return apitype.PINBlocked
}
