package canary

// pinCanaries are those of the PIN: how it is handled, and how often a card sees it.
func pinCanaries() []Canary {
	const token = "pcsc/token"
	return []Canary{
		{"pin_form", "What cannot be a PIN is never sent to a card.", token,
			in(token, "TestOnlySixToTwelveDigitsAreAPIN")},
	}
}
