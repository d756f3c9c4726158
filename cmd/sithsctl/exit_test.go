package main

import (
	"testing"

	"siths-agent/agent/apitype"
)

func TestEveryCodeHasTheExitCodeOfTheContract(t *testing.T) {
	want := map[apitype.Code]int{
		apitype.AgentUnreachable:      exitUnreachable,
		apitype.PersonWrongSession:    exitDenied,
		apitype.SystemDenied:          exitDenied,
		apitype.ReaderNone:            exitNoCard,
		apitype.ReaderServiceDown:     exitNoCard,
		apitype.ReaderBusy:            exitNoCard,
		apitype.CardNone:              exitNoCard,
		apitype.CardUnreadable:        exitNoCard,
		apitype.CardUnsupported:       exitNoCard,
		apitype.CardSilent:            exitNoCard,
		apitype.CardSwapped:           exitNoCard,
		apitype.CardLeftBehind:        exitNoCard,
		apitype.SessionNotCleared:     exitFailed,
		apitype.PINWrong:              exitPINWrong,
		apitype.PINLength:             exitPINWrong,
		apitype.PINBlocked:            exitPINBlocked,
		apitype.PINLastTry:            exitPINBlocked,
		apitype.CertNone:              exitCert,
		apitype.CertExpired:           exitCert,
		apitype.CertExpiresSoon:       exitCert,
		apitype.CertNotYetValid:       exitCert,
		apitype.CertRevoked:           exitCert,
		apitype.CertRevocationUnknown: exitCert,
		apitype.CertUntrusted:         exitCert,
		apitype.CertTestEnvironment:   exitCert,
		apitype.CertLoATooLow:         exitCert,
		apitype.CertPolicyUnknown:     exitCert,
		apitype.CertKeyMismatch:       exitCert,
		apitype.CertLegacy:            exitCert,
		apitype.CertWeakKey:           exitCert,
		apitype.CertMalformed:         exitCert,
		apitype.PersonUnmapped:        exitCert,
		apitype.PINSame:               exitPINWrong,
		apitype.PUKWrong:              exitPINWrong,
		apitype.PUKBlocked:            exitPINBlocked,
		apitype.PINNeeded:             exitNoCard,
		apitype.PINUnsupported:        exitFailed,
		apitype.PINCancelled:          exitFailed,
		apitype.PINTimeout:            exitFailed,
		apitype.AuditUnwritable:       exitFailed,
		apitype.NetworkDown:           exitFailed,
		apitype.IdPRefused:            exitFailed,
		apitype.SystemUnknown:         exitFailed,
		apitype.ConfigInvalid:         exitFailed,
	}
	for _, code := range apitype.Codes() {
		exit, known := want[code]
		if !known {
			t.Errorf("%s: the contract's exit code is not written here", code)
		}
		if got := exitOf(code); got != exit {
			t.Errorf("%s: exit %d, want %d", code, got, exit)
		}
	}
	if len(want) != len(apitype.Codes()) {
		t.Errorf("%d codes here, %d in the contract", len(want), len(apitype.Codes()))
	}
}

func TestAnUnknownCodeIsAFailureAndNeverSuccess(t *testing.T) {
	for _, code := range []apitype.Code{"", "moon.full", "card", "pin.wrong.twice", "discard.none"} {
		if got := exitOf(code); got != exitFailed {
			t.Errorf("%q: exit %d", code, got)
		}
	}
}

// The numbers themselves are what scripts compare with.
func TestTheExitCodesHaveTheContractsNumbers(t *testing.T) {
	got := []int{exitDone, exitFailed, exitUsage, exitUnreachable, exitDenied, exitNoCard, exitPINWrong, exitPINBlocked, exitCert}
	for want, exit := range got {
		if exit != want {
			t.Errorf("place %d holds %d", want, exit)
		}
	}
}
