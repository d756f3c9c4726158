//go:build canary_bus_sender

package unlock

import "github.com/godbus/dbus/v5"

func (f *follower) fromLogind(*dbus.Signal) bool { return true }
