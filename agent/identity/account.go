package identity

import (
	"errors"
	"fmt"
	"os/user"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/pcsc/siths"
)

// maxAccountName is the longest name of an account, in bytes.
const maxAccountName = 256

// Account is an account of this computer.
type Account struct {
	Name   string
	UID    uint32
	HasUID bool // false on systems whose accounts have no number
}

// The ways in which a person can have no account here.
var (
	errNobodyKnows = errors.New("no source knows the person")
	errOtherName   = errors.New("the system calls the account by another name")
	errRootByUPN   = errors.New("a UPN never names the superuser")
)

// account returns the account of the first source that knows the person.
func (i *Identifier) account(cert siths.Certificate) (Account, error) {
	for _, source := range i.cfg.Sources {
		name, known := i.nameFrom(source, cert)
		if !known {
			continue
		}
		account, err := i.existing(name)
		if errors.As(err, new(user.UnknownUserError)) && source == FromUPN {
			continue // a UPN that is no account's name knows nobody here
		}
		if err == nil && isRootByUPN(source, account) {
			err = errRootByUPN
		}
		if err != nil {
			return Account{}, refusal(apitype.PersonUnmapped, "source %s: account %q: %w", source, name, err)
		}
		return account, nil
	}
	return Account{}, refusal(apitype.PersonUnmapped, "%w", errNobodyKnows)
}

// nameFrom asks one source. A UPN is used whole or not at all, because its local part may be another person's account.
func (i *Identifier) nameFrom(source Source, cert siths.Certificate) (string, bool) {
	switch source {
	case FromAccounts:
		return mapped(i.cfg.Accounts, cert.HSAID)
	case FromUPN:
		return cert.UPN, strings.Count(cert.UPN, "@") == 1 && validAccountName(cert.UPN)
	default:
		return "", false
	}
}

// existing returns the account with exactly this name.
func (i *Identifier) existing(name string) (Account, error) {
	account, err := i.cfg.Lookup(name)
	if err != nil {
		return Account{}, err
	}
	if !isNamed(account, name) {
		return Account{}, fmt.Errorf("%w: %q", errOtherName, account.Name)
	}
	return account, nil
}

func isAccountCharacter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-@", c) >= 0
}
