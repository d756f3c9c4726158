//go:build !canary_audit_card_number

package audit

// lastFour hides a card number but for its last four characters, as the snapshot shows it.
func lastFour(s string) string {
	if s == "" {
		return ""
	}
	runes := []rune(legible(s))
	return "…" + string(runes[max(0, len(runes)-4):])
}
