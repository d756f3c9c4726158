package identity

import (
	"context"
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
	errNobodyKnows   = errors.New("no source knows the person")
	errOtherName     = errors.New("the system calls the account by another name")
	errNoCertificate = errors.New("no certificate to log in with")
	errBadName       = errors.New("the name cannot be an account's")

	errRootFromOutside = errors.New("only the table of accounts names the superuser")
)

// Directory knows the accounts of people outside of this computer's own table.
type Directory interface {
	// Account returns the name of the account of the person with exactly this HSA-id, or false where there is no such
	// person. An error means that nobody can tell; one with a method ProblemCode() apitype.Code chooses the refusal's
	// code. The name is not to be trusted: it is checked as every name is.
	Account(ctx context.Context, hsaID string) (name string, known bool, err error)
	// Holds says whether the entry of the person has this value of altSecurityIdentities, and whether there is an entry.
	Holds(ctx context.Context, hsaID, mapping string) (holds, known bool, err error)
}

// account returns the account of the first source that knows the person. A source that cannot be asked ends the search:
// the next one might know somebody else under that HSA-id.
func (i *Identifier) account(ctx context.Context, cert siths.Certificate) (Account, error) {
	for _, source := range i.cfg.Sources {
		name, known, err := i.nameFrom(ctx, source, cert)
		if err != nil {
			return Account{}, refusal(codeOf(err), "source %s: %w", source, err)
		}
		if !known {
			continue
		}
		if i.isShared() && source != FromUPN {
			return i.shared() // the source knows the person; the account that it names need not be one of this computer's
		}
		account, err := i.existing(name)
		if errors.As(err, new(user.UnknownUserError)) && source == FromUPN {
			continue // a UPN that is no account's name knows nobody here
		}
		if err == nil && isRootFromOutside(source, account) {
			err = errRootFromOutside
		}
		if err != nil {
			return Account{}, refusal(apitype.PersonUnmapped, "source %s: account %q: %w", source, name, err)
		}
		if i.isShared() {
			return i.shared()
		}
		return account, nil
	}
	return Account{}, refusal(apitype.PersonUnmapped, "%w", errNobodyKnows)
}

// nameFrom asks one source. A UPN is used whole or not at all, because its local part may be another person's account.
func (i *Identifier) nameFrom(ctx context.Context, source Source, cert siths.Certificate) (string, bool, error) {
	switch source {
	case FromAccounts:
		name, known := mapped(i.cfg.Accounts, cert.HSAID)
		return name, known, nil
	case FromUPN:
		return cert.UPN, strings.Count(cert.UPN, "@") == 1 && validAccountName(cert.UPN), nil
	default:
		return i.fromDirectory(ctx, cert.HSAID)
	}
}

// fromDirectory asks the directory. A name that cannot be an account's is never handed to the system.
func (i *Identifier) fromDirectory(ctx context.Context, hsaID string) (string, bool, error) {
	if i.cfg.Directory == nil {
		return "", false, nil
	}
	name, known, err := i.cfg.Directory.Account(ctx, hsaID)
	if err != nil || !known {
		return "", false, err
	}
	if !validAccountName(name) {
		return "", false, fmt.Errorf("%w: %q", errBadName, name)
	}
	return name, true, nil
}

// Reason says for the audit log what a refusal's code leaves open, in words of ours; empty where the code says it all.
func (r *Refusal) Reason() string {
	var told interface{ Reason() string }
	if errors.As(r.Err, &told) {
		return told.Reason()
	}
	for _, known := range []error{errNobodyKnows, errOtherName, errBadName, errRootFromOutside} {
		if errors.Is(r.Err, known) {
			return known.Error()
		}
	}
	return ""
}

// codeOf is the code of a source's error.
func codeOf(err error) apitype.Code {
	var coded interface{ ProblemCode() apitype.Code }
	if errors.As(err, &coded) {
		return coded.ProblemCode()
	}
	return apitype.PersonUnmapped
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
