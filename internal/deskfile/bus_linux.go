package deskfile

import (
	"os"
	"path/filepath"

	"github.com/godbus/dbus/v5"
)

// BusVariable is where programs look for the address of the session bus (dbus-daemon(1)).
const BusVariable = "DBUS_SESSION_BUS_ADDRESS"

// Bus is the address of the session bus: the one that an environment names, else that of the socket where systemd's user bus
// is (systemd-stdio-bridge, pam_systemd(8)). Empty: there is none. It never starts one, as libraries do by themselves.
func Bus(getenv func(string) string) string {
	switch address := getenv(BusVariable); address {
	case "", "autolaunch:":
	default:
		return address
	}
	path := filepath.Join(getenv("XDG_RUNTIME_DIR"), "bus")
	if _, err := os.Stat(path); err != nil || !filepath.IsAbs(path) {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(path)
}
