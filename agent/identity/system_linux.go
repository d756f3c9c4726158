package identity

import (
	"fmt"
	"os/user"
	"strconv"
)

// lookupAccount asks the name service switch, where the program is built with cgo, else /etc/passwd.
func lookupAccount(name string) (Account, error) {
	found, err := user.Lookup(name)
	if err != nil {
		return Account{}, err
	}
	// Programs that hold a number in a signed int, or take the highest for "nobody", would see another user in it.
	uid, err := strconv.ParseUint(found.Uid, 10, 31)
	if err != nil {
		return Account{}, fmt.Errorf("reading the number of account %q: %w", name, err)
	}
	return Account{Name: found.Username, UID: uint32(uid), HasUID: true}, nil
}
