package identity

import (
	"context"
	"errors"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// phonebook answers as a directory that has one person.
type phonebook struct {
	id, name string
	err      error
}

func (p phonebook) Account(_ context.Context, hsaID string) (string, bool, error) {
	return p.name, p.err == nil && hsaID == p.id, p.err
}

func (p phonebook) Holds(_ context.Context, hsaID, mapping string) (bool, bool, error) {
	return mapping == p.name, p.err == nil && hsaID == p.id, p.err
}

// noContact is an error with a code of its own.
type noContact struct{}

func (noContact) Error() string             { return "no contact" }
func (noContact) ProblemCode() apitype.Code { return apitype.NetworkDown }

func TestTheDirectoryNamesTheAccount(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Sources, cfg.Accounts, cfg.Directory = []Source{FromAccounts, FromLDAP}, nil, phonebook{id: annasHSAID, name: "anna"}
	got, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	if err != nil || got.Account != "anna" {
		t.Errorf("account %q, %v", got.Account, err)
	}
}

func TestADirectoryThatCannotTellEndsTheSearch(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	dir := trustOf(t, pki)
	for name, c := range map[string]struct {
		err  error
		code apitype.Code
	}{
		"no contact":       {noContact{}, apitype.NetworkDown},
		"a doubtful entry": {errors.New("two of them"), apitype.PersonUnmapped},
	} {
		cfg := configFor(dir)
		cfg.Sources, cfg.Accounts = []Source{FromLDAP, FromAccounts}, map[string]string{annasHSAID: "anna"}
		cfg.Directory = phonebook{err: c.err}
		_, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
		if refused := wantRefusal(t, err, c.code); !errors.Is(refused, c.err) {
			t.Errorf("%s: refused because %v", name, refused.Err)
		}
	}
}

func TestAHostileNameOfTheDirectoryIsNeverAskedFor(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Sources, cfg.Accounts = []Source{FromLDAP}, nil
	cfg.Lookup = func(name string) (Account, error) {
		t.Errorf("the system was asked for %q", name)
		return Account{Name: name, UID: 1000, HasUID: true}, nil
	}
	for name, hostile := range map[string]string{
		"nothing": "", "a newline": "anna\nroot", "a NUL": "anna\x00", "a homoglyph": "аnna", // Cyrillic а
		"too long": strings.Repeat("a", maxAccountName+1), "an option": "-anna", "a path": "../anna", "a number": "0",
		"no UTF-8": "anna\xff", "a space": "anna ", "a direction mark": "anna\u202e", "another entry of passwd": "anna:x:0:0",
	} {
		cfg.Directory = phonebook{id: annasHSAID, name: hostile}
		_, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
		if refused := wantRefusal(t, err, apitype.PersonUnmapped); !errors.Is(refused, errBadName) {
			t.Errorf("%s: refused because %v", name, refused.Err)
		}
	}
}

func TestTheDirectoryNeverNamesTheSuperuser(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Sources, cfg.Accounts, cfg.Directory = []Source{FromLDAP}, nil, phonebook{id: annasHSAID, name: "root"}
	_, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	if refused := wantRefusal(t, err, apitype.PersonUnmapped); !errors.Is(refused, errRootFromOutside) {
		t.Errorf("refused because %v", refused.Err)
	}
}
