package text

// ctlCareSentences are what is said while a PIN is changed or unblocked.
func ctlCareSentences() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlOldPINPrompt:  {"Nuvarande legitimeringskod (PIN): ", "Present PIN: "},
		CtlOldSignPrompt: {"Nuvarande underskriftskod: ", "Present signature code: "},
		CtlPUKPrompt:     {"Upplåsningskod (PUK): ", "PUK: "},
		CtlNewPINPrompt:  {"Ny legitimeringskod (PIN): ", "New PIN: "},
		CtlNewPINAgain:   {"Ny legitimeringskod (PIN) en gång till: ", "New PIN once more: "},
		CtlNewSignPrompt: {"Ny underskriftskod: ", "New signature code: "},
		CtlNewSignAgain:  {"Ny underskriftskod en gång till: ", "New signature code once more: "},
		CtlNewPINAdvice: {"Välj 6–12 siffror som är svåra att gissa. Ha inte samma kod för legitimering och underskrift.",
			"Choose 6 to 12 digits that are hard to guess. Do not use one code for both login and signature."},
		CtlEasyPIN:       {"Den koden är lätt att gissa. Avbryt med Ctrl-C om du vill välja en annan.", "That code is easy to guess. Press Ctrl-C to choose another."},
		CtlPINsDiffer:    {"Koderna är inte lika. Inget har ändrats.", "The codes differ. Nothing was changed."},
		CtlPINChanged:    {"Legitimeringskoden (PIN) är bytt.", "The PIN is changed."},
		CtlPINUnblocked:  {"Legitimeringskoden (PIN) är upplåst och bytt.", "The PIN is unblocked and changed."},
		CtlSignChanged:   {"Underskriftskoden är bytt.", "The signature code is changed."},
		CtlSignUnblocked: {"Underskriftskoden är upplåst och bytt.", "The signature code is unblocked and changed."},
	}
}
