package main

import (
	"errors"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// result is the letter that stands for a PAM code in the module's protocol.
type result byte

// The results, with the PAM codes that cmd/pam_siths/exchange.c makes of them.
const (
	resultSuccess     result = 'S' // PAM_SUCCESS
	resultAuth        result = 'A' // PAM_AUTH_ERR
	resultMaxTries    result = 'M' // PAM_MAXTRIES
	resultUnavailable result = 'I' // PAM_AUTHINFO_UNAVAIL
	resultUserUnknown result = 'U' // PAM_USER_UNKNOWN
	resultSystem      result = 'E' // PAM_SYSTEM_ERR
)

// results says what the application hears for each problem.
func results() map[apitype.Code]result {
	return map[apitype.Code]result{
		apitype.ReaderNone:        resultUnavailable,
		apitype.ReaderServiceDown: resultUnavailable,
		apitype.ReaderBusy:        resultUnavailable,

		apitype.CardNone:        resultUnavailable,
		apitype.CardUnreadable:  resultUnavailable,
		apitype.CardUnsupported: resultUnavailable,
		apitype.CardSilent:      resultUnavailable,
		apitype.CardSwapped:     resultUnavailable,
		apitype.CardLeftBehind:  resultUnavailable,

		apitype.CertNone:              resultAuth,
		apitype.CertExpired:           resultAuth,
		apitype.CertExpiresSoon:       resultAuth,
		apitype.CertNotYetValid:       resultAuth,
		apitype.CertRevoked:           resultAuth,
		apitype.CertRevocationUnknown: resultAuth,
		apitype.CertUntrusted:         resultAuth,
		apitype.CertTestEnvironment:   resultAuth,
		apitype.CertLoATooLow:         resultAuth,
		apitype.CertPolicyUnknown:     resultAuth,
		apitype.CertKeyMismatch:       resultAuth,
		apitype.CertLegacy:            resultAuth,
		apitype.CertWeakKey:           resultAuth,
		apitype.CertMalformed:         resultAuth,

		apitype.PersonUnmapped:     resultUserUnknown,
		apitype.PersonWrongSession: resultAuth,
		apitype.SessionNotCleared:  resultUnavailable,

		apitype.PINWrong:     resultAuth,
		apitype.PINLastTry:   resultMaxTries,
		apitype.PINBlocked:   resultMaxTries,
		apitype.PINLength:    resultAuth,
		apitype.PINCancelled: resultAuth,
		apitype.PINTimeout:   resultUnavailable,
		apitype.PINNeeded:    resultAuth, // of business systems

		apitype.PINSame:        resultAuth, // of changing a PIN, which the module never asks for
		apitype.PINUnsupported: resultAuth,
		apitype.PUKWrong:       resultAuth,
		apitype.PUKBlocked:     resultAuth,

		apitype.AuditUnwritable:  resultSystem,
		apitype.NetworkDown:      resultUnavailable,
		apitype.IdPRefused:       resultAuth,
		apitype.SystemUnknown:    resultSystem,
		apitype.SystemDenied:     resultAuth,
		apitype.ConfigInvalid:    resultSystem,
		apitype.AgentUnreachable: resultUnavailable,
	}
}

// codeOf finds the problem in err, for its text. An agent that does not let the caller ask is a denial.
func codeOf(err error) (apitype.Code, bool) {
	var problem *apitype.Problem
	var denied *client.Denied
	switch {
	case errors.As(err, &problem):
		return problem.Code, true
	case errors.As(err, &denied):
		return apitype.SystemDenied, true
	}
	return "", false
}

// resultOf is never resultSuccess: whatever is not in the table is a failure of the system.
func resultOf(err error) result {
	code, ok := codeOf(err)
	if !ok {
		return unlisted()
	}
	if r, ok := results()[code]; ok {
		return r
	}
	return unlisted()
}
