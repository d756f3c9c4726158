package identity

import (
	"errors"
	"os/user"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

func TestTheFirstSourceThatKnowsThePersonDecides(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	dir := trustOf(t, pki)
	const unmapped = ""
	for name, c := range map[string]struct {
		sources  []Source
		accounts map[string]string
		upn      string
		want     string
	}{
		"the table":                         {[]Source{FromAccounts, FromUPN}, map[string]string{annasHSAID: "anna"}, "anna@kommun.test", "anna"},
		"the UPN first":                     {[]Source{FromUPN, FromAccounts}, map[string]string{annasHSAID: "anna"}, "anna@kommun.test", "anna@kommun.test"},
		"the UPN where the table has none":  {[]Source{FromAccounts, FromUPN}, nil, "anna@kommun.test", "anna@kommun.test"},
		"the table where there is no UPN":   {[]Source{FromUPN, FromAccounts}, map[string]string{annasHSAID: "anna"}, "", "anna"},
		"the table where the UPN is nobody": {[]Source{FromUPN, FromAccounts}, map[string]string{annasHSAID: "anna"}, "x@kommun.test", "anna"},
		"no source":                         {nil, map[string]string{annasHSAID: "anna"}, "anna@kommun.test", unmapped},
		"no directory":                      {[]Source{FromLDAP}, map[string]string{annasHSAID: "anna"}, "anna@kommun.test", unmapped},
		"the directory before the table":    {[]Source{FromLDAP, FromAccounts}, map[string]string{annasHSAID: "anna"}, "", "anna"},
		"another person's row":              {[]Source{FromAccounts}, map[string]string{"SE2321000131-P000000000002": "anna"}, "", unmapped},
		"a row in another case":             {[]Source{FromAccounts}, map[string]string{"se2321000131-p000000000001": "anna"}, "", unmapped},
		"a row for the beginning":           {[]Source{FromAccounts}, map[string]string{"SE2321000131-P00000000000": "anna"}, "", unmapped},
		"an account that is not here":       {[]Source{FromAccounts, FromUPN}, map[string]string{annasHSAID: "gone"}, "anna@kommun.test", unmapped},
		"the local part is an account":      {[]Source{FromUPN}, nil, "anna@elsewhere.test", unmapped},
		"a UPN that is only a local name":   {[]Source{FromUPN}, nil, "anna", unmapped},
		"a UPN in another case":             {[]Source{FromUPN}, nil, "Anna@kommun.test", unmapped},
		"a UPN of the superuser's number":   {[]Source{FromUPN}, nil, "toor@kommun.test", unmapped},
		"a UPN root":                        {[]Source{FromUPN}, nil, "root", unmapped},
		"a UPN with two at signs":           {[]Source{FromUPN}, nil, "anna@kommun.test@x", unmapped},
		"a UPN that is an option":           {[]Source{FromUPN}, nil, "-anna@kommun.test", unmapped},
		"a UPN that is a path":              {[]Source{FromUPN}, nil, "../anna@kommun.test", unmapped},
		"a UPN longer than any account":     {[]Source{FromUPN}, nil, strings.Repeat("a", 250) + "@kommun.test", unmapped},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configFor(dir)
			cfg.Sources, cfg.Accounts = c.sources, c.accounts
			got, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{UPN: c.upn}).DER())
			if c.want == unmapped {
				wantRefusal(t, err, apitype.PersonUnmapped)
				return
			}
			if err != nil || got.Account != c.want {
				t.Errorf("account %q, %v; want %q", got.Account, err, c.want)
			}
		})
	}
}

func TestAnAnswerOfTheSystemThatIsNotTheAccountRefuses(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	dir, broken := trustOf(t, pki), errors.New("the directory does not answer")
	for name, c := range map[string]struct {
		sources []Source
		lookup  func(string) (Account, error)
		want    error
	}{
		"another account": {[]Source{FromAccounts}, func(string) (Account, error) { return Account{Name: "bo", UID: 1002, HasUID: true}, nil }, errOtherName},
		"the local part":  {[]Source{FromUPN}, func(string) (Account, error) { return Account{Name: "anna", UID: 1000, HasUID: true}, nil }, errOtherName},
		"no answer for an account": {[]Source{FromAccounts},
			func(string) (Account, error) { return Account{}, broken }, broken},
		"no answer for a UPN": {[]Source{FromUPN, FromAccounts},
			func(string) (Account, error) { return Account{}, broken }, broken},
	} {
		cfg := configFor(dir)
		cfg.Sources, cfg.Lookup = c.sources, c.lookup
		_, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{UPN: "anna@kommun.test"}).DER())
		if refused := wantRefusal(t, err, apitype.PersonUnmapped); !errors.Is(refused, c.want) {
			t.Errorf("%s: refused because %v", name, refused.Err)
		}
	}
}

func TestANameThatCannotBeAnAccountsIsNeverAskedFor(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Sources = []Source{FromUPN}
	cfg.Lookup = func(name string) (Account, error) {
		t.Errorf("the system was asked for %q", name)
		return Account{Name: name, UID: 1000, HasUID: true}, nil
	}
	identifier := newIdentifier(t, cfg)
	for _, upn := range []string{"", "anna", "-anna@kommun.test", "an na@kommun.test", "../anna@kommun.test", "a@b@c", "åsa@kommun.test"} {
		_, err := identifier.Identify(t.Context(), issue(t, pki, testpki.Person{UPN: upn}).DER())
		wantRefusal(t, err, apitype.PersonUnmapped)
	}
}

func TestATableRowMayNameTheSuperuser(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Accounts = map[string]string{annasHSAID: "root"}
	got, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	if err != nil || got.Account != "root" || got.UID != 0 || !got.HasUID {
		t.Errorf("account %q, %v", got.Account, err)
	}
}

func TestAccountNamesAreChecked(t *testing.T) {
	for name, want := range map[string]bool{
		"anna": true, "anna.test": true, "anna_test-2": true, "anna@kommun.test": true, "Anna": true, "_apt": true, "4anna": true,
		strings.Repeat("a", 256): true, strings.Repeat("a", 257): false,
		"": false, "-anna": false, ".": false, "..": false, ".anna": false, "@kommun": false, "1000": false,
		"anna\n": false, "an na": false, "anna\x00": false, "anna/x": false, `dom\anna`: false, "åsa": false, "anna:x": false, "$anna": false,
	} {
		if got := validAccountName(name); got != want {
			t.Errorf("%q is valid: %v, want %v", name, got, want)
		}
	}
}

func FuzzAccountName(f *testing.F) {
	for _, name := range []string{"anna", "anna@kommun.test", "root\n", "../x", "1000"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if validAccountName(name) && (strings.ContainsAny(name, "\x00\n\r/\\: \t") || len(name) > maxAccountName || name[0] == '-') {
			t.Errorf("%q is valid", name)
		}
	})
}

func TestTheSystemKnowsTheAccountThatRunsTheTest(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	got, err := lookupAccount(me.Username)
	if err != nil || got.Name != me.Username || !got.HasUID {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := lookupAccount("no-such-account"); !errors.As(err, new(user.UnknownUserError)) {
		t.Errorf("an unknown account gives %v", err)
	}
}
