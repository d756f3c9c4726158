package identity

import (
	"errors"

	"siths-agent/agent/apitype"
)

var errSharedRoot = errors.New("the superuser's account is not to be shared")

// isShared says whether everybody who is known here opens the same account.
func (i *Identifier) isShared() bool { return i.cfg.Shared != "" }

// shared returns the account that everybody opens.
func (i *Identifier) shared() (Account, error) {
	account, err := i.sharedAccount()
	if err != nil {
		return Account{}, refusal(apitype.PersonUnmapped, "shared account %q: %w", i.cfg.Shared, err)
	}
	return account, nil
}

func (i *Identifier) sharedAccount() (Account, error) {
	account, err := i.existing(i.cfg.Shared)
	if err == nil && !mayBeShared(account) {
		err = errSharedRoot
	}
	return account, err
}

// checkShared refuses a policy that shares the superuser's account. One that is not there yet may come later: until then
// nobody gets in.
func (i *Identifier) checkShared() error {
	if !i.isShared() {
		return nil
	}
	if _, err := i.sharedAccount(); errors.Is(err, errSharedRoot) {
		return configError("shared account %q: %w", i.cfg.Shared, err)
	}
	return nil
}

// MissingShared returns why the account that everybody is to open cannot be opened now; nil when it can, or when accounts
// are not shared.
func (i *Identifier) MissingShared() error {
	if !i.isShared() {
		return nil
	}
	_, err := i.sharedAccount()
	return err
}
