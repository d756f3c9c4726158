package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"siths-agent/agent/apitype"
)

func TestThePINPromptNamesTheHolder(t *testing.T) {
	cases := map[string]struct {
		lang         Lang
		holder, want string
	}{
		"in Swedish":            {SV, "Anna Test", "Legitimeringskod för Anna Test: "},
		"in English":            {EN, "Anna Test", "Authentication PIN for Anna Test: "},
		"nobody, in Swedish":    {SV, "", "Legitimeringskod: "},
		"nobody, in English":    {EN, "", "Authentication PIN: "},
		"a name beyond English": {SV, "Åsa Öhrn", "Legitimeringskod för Åsa Öhrn: "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := PAMPrompt(c.lang, c.holder); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheTriesLeftAreCountedInWords(t *testing.T) {
	cases := map[int][2]string{
		0: {"Inga försök kvar.", "No tries left."},
		1: {"Ett försök kvar.", "One try left."},
		2: {"2 försök kvar.", "2 tries left."},
		9: {"9 försök kvar.", "9 tries left."},
	}
	for n, want := range cases {
		if got := [2]string{PAMTriesLeft(SV, n), PAMTriesLeft(EN, n)}; got != want {
			t.Errorf("%d tries: got %q, want %q", n, got, want)
		}
	}
}

func TestTheQuestionForTheLastTryTellsTheWordThatAgrees(t *testing.T) {
	for _, l := range langs() {
		if !strings.Contains(PAMLastTry(l), " "+PAMYes(l)+" ") {
			t.Errorf("%s: %q does not name %q", l, PAMLastTry(l), PAMYes(l))
		}
	}
}

func TestEveryProblemFitsOneLineOfALoginProgram(t *testing.T) {
	for _, l := range langs() {
		for _, code := range apitype.Codes() {
			got := PAMProblem(l, code, nil)
			if utf8.RuneCountInString(got) > 200 || strings.ContainsAny(got, "\n\r\t") || !strings.HasSuffix(got, Problem(l, code).Action) {
				t.Errorf("%s %s: %q", l, code, got)
			}
		}
	}
}

func TestOnlyAWrongPINIsFollowedByTheTriesLeft(t *testing.T) {
	two := 2
	if got := PAMProblem(SV, apitype.PINWrong, &two); got != "Fel legitimeringskod (PIN). 2 försök kvar." {
		t.Errorf("got %q", got)
	}
	if got := PAMProblem(EN, apitype.CertExpired, &two); strings.Contains(got, "tries left") {
		t.Errorf("a problem of the certificate speaks of tries: %q", got)
	}
}
