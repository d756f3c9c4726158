//go:build !canary_personnummer_identity

package siths

import "strings"

// personalDigits returns the 10 or 12 digits of a personnummer or samordningsnummer. The check digit does not
// matter: a number with a wrong one is still nothing to identify an employee by, and nothing to show.
func personalDigits(id string) (string, bool) {
	id = strings.TrimPrefix(id, personPrefix+"SE-")
	digits := strings.NewReplacer("-", "", "+", "").Replace(id)
	if len(id)-len(digits) > 1 || !allDigits(digits) || len(digits) != 10 && len(digits) != 12 {
		return "", false
	}
	return digits, isBirthDate(digits[len(digits)-10 : len(digits)-4])
}
