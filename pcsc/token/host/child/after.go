//go:build !canary_child_pin_wipe

package child

import "siths-agent/internal/secret"

// forget wipes the PIN when the card has had it.
func forget(pin *secret.Buffer) { pin.Wipe() }
