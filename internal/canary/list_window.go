package canary

// windowCanaries are those of the window in which codes are typed.
func windowCanaries() []Canary {
	const dialog = "ui/dialog"
	return []Canary{
		{"dialog_stay", "A code goes to the card that it was typed for, and to no other.", dialog, in(dialog, "TestDigitsForOneCardNeverGoToTheNext")},
		{"dialog_once", "While a code is with the service, no other is sent.", dialog, in(dialog, "TestNoSecondCodeIsSentWhileOneIsWithTheService")},
		{"dialog_hold", "Whoever types is not cut off by another screen.", dialog, in(dialog, "TestWhoTypesIsNotCutOff")},
	}
}
