//go:build canary_pin_form

package token

func isPIN([]byte) bool { return true }
