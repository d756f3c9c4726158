package identity

import (
	"errors"
	"fmt"
)

// lookupAccount is not built for Windows yet: its accounts have domains and SIDs.
func lookupAccount(name string) (Account, error) {
	return Account{}, fmt.Errorf("looking up account %q on Windows: %w", name, errors.ErrUnsupported)
}
