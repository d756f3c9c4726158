//go:build !canary_pin_form

package token

// isPIN says whether a card could take pin.
func isPIN(pin []byte) bool {
	if len(pin) < MinPIN || len(pin) > MaxPIN {
		return false
	}
	for _, b := range pin {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}
