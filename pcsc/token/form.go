//go:build !canary_pin_form

package token

// isPIN says whether a card could take pin.
func isPIN(pin []byte) bool { return isDigits(pin, MaxPIN) }
