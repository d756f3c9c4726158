package child

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
)

// load opens a PKCS#11 module: an absolute path, or a bare name in one of the system's folders.
func load(name string) (*pkcs11.Ctx, error) {
	for _, path := range candidates(name) {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		ctx := pkcs11.New(path)
		if ctx == nil {
			return nil, fmt.Errorf("loading %s: not a PKCS#11 module", path)
		}
		if err := ctx.Initialize(); err != nil {
			ctx.Destroy()
			return nil, fmt.Errorf("initialising %s: %w", path, err)
		}
		return ctx, nil
	}
	return nil, fmt.Errorf("module %s: %w", name, os.ErrNotExist)
}

// openSC is how OpenSC's module names its maker (CK_INFO, PKCS#11 v2.40, 3.1).
const openSC = "OpenSC Project"

func isOpenSC(ctx *pkcs11.Ctx) bool {
	info, err := ctx.GetInfo()
	return err == nil && trim(info.ManufacturerID) == openSC
}

func candidates(name string) []string {
	if filepath.IsAbs(name) {
		return []string{name}
	}
	if !isBare(name) {
		return nil
	}
	var paths []string
	for _, pattern := range moduleFolders {
		dirs, _ := filepath.Glob(pattern) // the patterns are constant and well-formed
		for _, dir := range dirs {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths
}

// cardError folds a PKCS#11 return value (PKCS#11 v2.40, 5.1) into the errors of package token.
func cardError(doing string, err error) error {
	var rv pkcs11.Error
	if !errors.As(err, &rv) {
		return fmt.Errorf("%w: %s: %w", token.ErrUnreadable, doing, err)
	}
	known := token.ErrUnreadable
	switch rv {
	case pkcs11.CKR_DEVICE_REMOVED, pkcs11.CKR_TOKEN_NOT_PRESENT:
		known = token.ErrRemoved
	case pkcs11.CKR_SESSION_HANDLE_INVALID, pkcs11.CKR_SESSION_CLOSED, pkcs11.CKR_USER_NOT_LOGGED_IN,
		pkcs11.CKR_USER_ALREADY_LOGGED_IN:
		known = token.ErrChanged
	case pkcs11.CKR_TOKEN_NOT_RECOGNIZED, // and a key that the module cannot use, such as one longer than it knows
		pkcs11.CKR_FUNCTION_NOT_SUPPORTED, pkcs11.CKR_MECHANISM_INVALID, pkcs11.CKR_KEY_SIZE_RANGE:
		known = token.ErrUnsupported
	}
	return fmt.Errorf("%w: %s: %w", known, doing, err)
}
