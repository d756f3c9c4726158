package plain

import "errors"

var (
	// errNoPinentry says that no program is installed that can ask.
	errNoPinentry = errors.New("no pinentry with windows is installed")
	// errKeyboard says that another program holds the keyboard, so that a code could be read by it.
	errKeyboard = errors.New("another program holds the keyboard")
	// errReplaced says that another screen has come instead.
	errReplaced = errors.New("another screen is to be shown")
)
