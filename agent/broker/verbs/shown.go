package verbs

import (
	"context"
	"errors"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/health"
	"siths-agent/agent/ticket"
)

var errNoKeeper = errors.New("nobody keeps tickets here")

// Shown is a system's state as clients see it.
func Shown(s broker.Status) apitype.System {
	out := apitype.System{Name: s.Name, Title: s.Title, Kind: string(s.Kind), State: string(s.State)}
	var over *broker.Over
	switch {
	case errors.As(s.Why, &over) && over.Rule == broker.RuleReleased:
		out.State = "released"
	case s.Why != nil:
		out.Why, out.Reason = codeOf(s.Why), reasonOf(s.Why)
	}
	return out
}

// reasonOf is what a ticket failed of, in a word.
func reasonOf(err error) string {
	var f *ticket.Failure
	var nameless *kerberos.Nameless
	var over *broker.Over
	switch {
	case errors.As(err, &f):
		return string(f.Reason)
	case errors.As(err, &nameless):
		return "no-name"
	case errors.As(err, &over):
		return over.Rule
	}
	return ""
}

// codeOf folds an error into its code.
func codeOf(err error) apitype.Code {
	var unknown *broker.Unknown
	var over *broker.Over
	var denied *broker.Denied
	var f *ticket.Failure
	var nameless *kerberos.Nameless
	switch {
	case errors.As(err, &f):
		return codeOfTicket(f.Reason)
	case errors.As(err, &unknown):
		return apitype.SystemUnknown
	case errors.Is(err, broker.ErrNoLogin), errors.Is(err, broker.ErrEnded), errors.As(err, &over):
		return apitype.PINNeeded
	case errors.As(err, &denied):
		return apitype.SystemDenied
	case errors.As(err, &nameless):
		return apitype.PersonUnmapped
	case errors.Is(err, broker.ErrUnwritten):
		return apitype.AuditUnwritable
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return apitype.NetworkDown
	case errors.Is(err, errNoKeeper):
		return apitype.ConfigInvalid
	}
	if code := health.CodeOf(err); code != apitype.CardUnreadable {
		return code
	}
	return apitype.ConfigInvalid // a file of the system's, or of its ticket
}

func codeOfTicket(r ticket.Reason) apitype.Code {
	switch r {
	case ticket.Unreachable, ticket.Late:
		return apitype.NetworkDown
	case ticket.NotMapped:
		return apitype.PersonUnmapped
	case ticket.Revoked:
		return apitype.CertRevoked
	case ticket.Expired:
		return apitype.CertExpired
	case ticket.Untrusted:
		return apitype.CertUntrusted
	case ticket.CardGone:
		return apitype.CardSilent
	case ticket.NoProgram, ticket.Malformed, ticket.TooLarge:
		return apitype.ConfigInvalid
	}
	return apitype.IdPRefused
}

// problem is an error as clients see it; nil stays nil.
func problem(err error) error {
	if err == nil {
		return nil
	}
	return coded(codeOf(err))
}

func coded(code apitype.Code) error {
	p := health.Problem(code, "")
	return &p
}
