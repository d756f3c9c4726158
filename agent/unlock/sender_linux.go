//go:build !canary_bus_sender

package unlock

import "github.com/godbus/dbus/v5"

// fromLogind tells whether logind sent a signal; the bus vouches for the sender's unique name.
func (f *follower) fromLogind(s *dbus.Signal) bool { return f.owner != "" && s.Sender == f.owner }
