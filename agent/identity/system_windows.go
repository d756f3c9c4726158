package identity

import (
	"errors"
	"fmt"
	"os"
)

// lookupAccount is not built for Windows yet: its accounts have domains and SIDs.
func lookupAccount(name string) (Account, error) {
	return Account{}, fmt.Errorf("looking up account %q on Windows: %w", name, errors.ErrUnsupported)
}

// checkOwner is not built for Windows yet, where an access control list says who may change a file.
func checkOwner(os.FileInfo) error {
	return fmt.Errorf("checking who may change it on Windows: %w", errors.ErrUnsupported)
}
