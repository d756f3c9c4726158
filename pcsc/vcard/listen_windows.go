package vcard

import (
	"errors"
	"net"
)

// ErrNoControl says that the control socket is not built for Windows.
var ErrNoControl = errors.New("the virtual card's control socket is not built for Windows yet")

// ListenControl returns ErrNoControl: the socket's protection by file mode has no counterpart built here yet.
func ListenControl(string) (net.Listener, error) { return nil, ErrNoControl }
