package identity

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

var errWritableByOthers = errors.New("others than root and this program's user can change it")

// lookupAccount asks the name service switch, where the program is built with cgo, else /etc/passwd.
func lookupAccount(name string) (Account, error) {
	found, err := user.Lookup(name)
	if err != nil {
		return Account{}, err
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return Account{}, fmt.Errorf("reading the number of account %q: %w", name, err)
	}
	return Account{Name: found.Username, UID: uint32(uid), HasUID: true}, nil
}

// checkOwner refuses a file or folder that somebody else could have put an anchor into.
func checkOwner(info os.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode().Perm()&0o022 != 0 || stat.Uid != 0 && int64(stat.Uid) != int64(os.Geteuid()) {
		return errWritableByOthers
	}
	return nil
}
