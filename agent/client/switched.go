//go:build !canary_pin_channel

package client

import "net/http"

// isSwitched says whether the service has asked for the PIN.
func isSwitched(status int) bool { return status == http.StatusSwitchingProtocols }
