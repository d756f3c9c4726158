package identity

import (
	"errors"
	"os/user"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

func TestWhoIsKnownOpensTheSharedAccount(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	dir := trustOf(t, pki)
	const unmapped = ""
	for name, c := range map[string]struct {
		sources  []Source
		accounts map[string]string
		upn      string
		want     string
	}{
		"by the table":                        {[]Source{FromAccounts}, map[string]string{annasHSAID: "anna"}, "", "bo"},
		"whose own account is not here":       {[]Source{FromAccounts}, map[string]string{annasHSAID: "gone"}, "", "bo"},
		"by a UPN that is an account":         {[]Source{FromUPN}, nil, "anna@kommun.test", "bo"},
		"not by a UPN that is none":           {[]Source{FromUPN}, nil, "x@kommun.test", unmapped},
		"not by a UPN of the superuser":       {[]Source{FromUPN}, nil, "toor@kommun.test", unmapped},
		"not when nobody knows the person":    {[]Source{FromAccounts, FromUPN}, nil, "", unmapped},
		"not by another person's row":         {[]Source{FromAccounts}, map[string]string{"SE2321000131-P000000000002": "anna"}, "", unmapped},
		"not when there is no source to know": {nil, map[string]string{annasHSAID: "anna"}, "anna@kommun.test", unmapped},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configFor(dir)
			cfg.Sources, cfg.Accounts, cfg.Shared = c.sources, c.accounts, "bo"
			got, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{UPN: c.upn}).DER())
			if c.want == unmapped {
				wantRefusal(t, err, apitype.PersonUnmapped)
				return
			}
			if err != nil || got.Account != c.want || got.UID != 1002 || !got.Shared || got.HSAID != annasHSAID {
				t.Errorf("%+v, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestTheSuperusersAccountIsNeverShared(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Accounts, cfg.Shared = map[string]string{annasHSAID: "anna"}, "root"
	var refused *ConfigError
	if _, err := New(cfg); !errors.As(err, &refused) || !errors.Is(err, errSharedRoot) {
		t.Errorf("a policy that shares root's account: %v", err)
	}
	uid := uint32(1003)
	cfg.Shared, cfg.Lookup = "kiosk", func(name string) (Account, error) { return Account{Name: name, UID: uid, HasUID: true}, nil }
	who := newIdentifier(t, cfg)
	uid = 0 // the account's number has changed since
	_, err := who.Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	if r := wantRefusal(t, err, apitype.PersonUnmapped); !errors.Is(r, errSharedRoot) {
		t.Errorf("refused because %v", r.Err)
	}
}

func TestASharedAccountThatIsNotThereYetOpensNothingAndIsTold(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Accounts, cfg.Shared = map[string]string{annasHSAID: "anna"}, "kiosk"
	who := newIdentifier(t, cfg)
	if err := who.MissingShared(); !errors.As(err, new(user.UnknownUserError)) {
		t.Errorf("told as %v", err)
	}
	_, err := who.Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	wantRefusal(t, err, apitype.PersonUnmapped)
	if err := newIdentifier(t, configFor(trustOf(t, pki))).MissingShared(); err != nil {
		t.Errorf("where nothing is shared: %v", err)
	}
	cfg.Shared = "../kiosk"
	if _, err := New(cfg); !errors.As(err, new(*ConfigError)) {
		t.Errorf("a name that is none: %v", err)
	}
}
