package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/policy"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

func TestEveryFailureIsASentenceThatSaysWhatToDo(t *testing.T) {
	cases := map[string]struct {
		err    error
		sv, en string
	}{
		"a program that is missing": {fmt.Errorf("starting: %w", &stack.MissingError{Program: "pcscd", Remedy: "apt-get install pcscd"}),
			"pcscd saknas. Kör: apt-get install pcscd", "pcscd is missing. Run: apt-get install pcscd"},
		"no private world": {&noWorld{errNotRoot}, "sudo make run", "sudo make run"},
		"no trust":         {&notAsPromised{word: text.WalkNoTrust}, "Utan betrodda", "Without trusted"},
		"a blocked PIN":    {&notAsPromised{word: text.WalkBlocked}, "Kör igen", "Run again"},
		"too many commands": {&notAsPromised{text.WalkTooManyCommands, []any{30, 6}},
			"kortet fick 30 kommandon, högst 6", "the card got 30 commands, at most 6"},
		"a state that was not reached": {&wrongPhase{apitype.Unlocked, apitype.Locked}, `"Upplåst" men är "Låst"`, `"Unlocked" and is "Locked"`},
		"a problem":                    {&apitype.Problem{Code: apitype.CertExpired}, "(cert.expired)", "(cert.expired)"},
		"anything else":                {errors.New("boom"), "Det gick inte som utlovat: boom", "It did not go as promised: boom"},
		"an interruption":              {errInterrupted, "Avbrutet", "Interrupted"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for l, want := range map[text.Lang]string{text.SV: c.sv, text.EN: c.en} {
				if got := (teller{lang: l}).explain(c.err); !strings.Contains(got, want) || strings.Contains(got, "%!") {
					t.Errorf("%s: %q lacks %q", l, got, want)
				}
			}
		})
	}
}

func TestTheCommandLineIsCheckedBeforeAnythingStarts(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown flag": {"-fast"}, "an argument": {"now"}, "an unknown environment": {"-real", "-environment", "staging"}, "help": {"-h"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if code := command(t.Context(), args, teller{&out, text.EN}, nil, nil); code != exitUsage || !strings.Contains(out.String(), "usage: ") {
				t.Errorf("exit code %d: %s", code, &out)
			}
		})
	}
}

func TestARealCardNeedsTrust(t *testing.T) {
	var out bytes.Buffer
	code := command(t.Context(), []string{"-real", "-trust", t.TempDir()}, teller{&out, text.SV}, nil, nil)
	if code != exitBroken || !strings.Contains(out.String(), "TRUST=MAPP") {
		t.Errorf("exit code %d: %s", code, &out)
	}
}

func TestKeysMakeALine(t *testing.T) {
	for name, c := range map[string]struct {
		keys, line string
		err        error
	}{
		"digits and Enter":       {"123456\r", "123456", nil},
		"a line feed":            {"12\n", "12", nil},
		"a mistake taken back":   {"129\x7f\x083\r", "13", nil},
		"nothing to take back":   {"\x7f1\r", "1", nil},
		"control bytes are none": {"1\x1b2\r", "12", nil},
		"too many keys":          {strings.Repeat("7", 100) + "\r", strings.Repeat("7", maxTyped), nil},
		"Ctrl-C":                 {"12\x03", "\x00\x00", errInterrupted},
		"Ctrl-D":                 {"\x04", "", errInterrupted},
		"a terminal that left":   {"12", "\x00\x00", errInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := line(strings.NewReader(c.keys))
			if string(got) != c.line || !errors.Is(err, c.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestTheServiceTakesThePolicyThatIsWritten(t *testing.T) {
	for _, environment := range []string{"production", "test"} {
		f := folder(t.TempDir())
		err := f.write(setup{trust: "/srv/trust", environment: environment, accounts: "[accounts]\n\"SE2321000131-P000000000001\" = \"anna\"\n"})
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := policy.Load(f.path("etc/agent.toml"))
		if err != nil {
			t.Fatal(err)
		}
		p := loaded.Policy
		if string(p.Trust.Environment) != environment || !slices.Equal(p.Trust.Anchors, []string{"/srv/trust"}) {
			t.Errorf("trust is %+v", p.Trust)
		}
		if asked := p.Revocation.Mode == policy.Require; asked != (environment == "production") {
			t.Errorf("%s: revocation is %s", environment, p.Revocation.Mode)
		}
	}
}

func TestARealServiceKnowsTheAccountsOfTheFileWhereThereIsOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "root.pem"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	accounts := filepath.Join(dir, "accounts.toml")
	o := options{trust: dir, environment: "test", accounts: accounts}
	if s, err := o.setup(); err != nil || s.accounts != "[accounts]\n" {
		t.Errorf("without a file: %+v, %v", s, err)
	}
	if err := os.WriteFile(accounts, []byte("[accounts]\n\"X\" = \"x\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s, err := o.setup(); err != nil || !strings.Contains(s.accounts, `"X" = "x"`) {
		t.Errorf("with a file: %+v, %v", s, err)
	}
}

func TestWhatAProgramSaysIsKeptUpToALimit(t *testing.T) {
	var c capped
	for range 3 {
		if n, err := c.Write(bytes.Repeat([]byte("x"), maxSaid/2+1)); n != maxSaid/2+1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if len(c.String()) != maxSaid {
		t.Errorf("%d bytes are kept", len(c.String()))
	}
}

func TestARowIsToldByWhatAPersonLooksFor(t *testing.T) {
	e := audit.Entry{Row: audit.Row{HSAID: "SE1-A", Account: "anna", Code: "pin.wrong", Proof: strings.Repeat("ab", 32)}}
	if got := details(e); got != "SE1-A anna pin.wrong proof abababababababab" {
		t.Errorf("got %q", got)
	}
	if got := details(audit.Entry{}); got != "" {
		t.Errorf("an empty row reads %q", got)
	}
}

func TestARefusedCardIsToldWithItsProblem(t *testing.T) {
	var out bytes.Buffer
	s := apitype.Snapshot{Phase: apitype.Refused, Holder: &apitype.Holder{Name: "Bo Test"}, Problems: []apitype.Problem{{Code: apitype.CertRevoked}}}
	teller{&out, text.SV}.tellHolder(s)
	if got := out.String(); !strings.Contains(got, "cert.revoked") || !strings.Contains(got, "Bo Test") {
		t.Errorf("got %q", got)
	}
	var problem *apitype.Problem
	if err := refusalOf(s); !errors.As(err, &problem) || problem.Code != apitype.CertRevoked {
		t.Errorf("the refusal is %v", err)
	}
	var phase *wrongPhase
	if err := refusalOf(apitype.Snapshot{Phase: apitype.Refused}); !errors.As(err, &phase) {
		t.Errorf("a refusal without a problem is %v", err)
	}
}
