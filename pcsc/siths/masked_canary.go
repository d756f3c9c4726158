//go:build canary_card_number

package siths

func lastFour(digits string) string { return digits }
