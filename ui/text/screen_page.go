package text

// screenPages are what is said on pages that a person opens.
func screenPages() map[ScreenWord]pair {
	return map[ScreenWord]pair{
		ScreenCardHow:        {"Stämmer uppgifterna inte: kontakta ID-administratören.", "If this is not right, contact the ID administrator."},
		ScreenNoHolder:       {"Sätt i ditt kort för att se vad som står på det.", "Insert your card to see what is on it."},
		ScreenSystems:        {"Dina system", "Your systems"},
		ScreenSystemsHow:     {"Nås ett system inte: vänta en stund och försök igen.", "If a system cannot be reached, wait a while and try again."},
		ScreenNoSystems:      {"Inget system är anslutet till kortinloggningen.", "No system is connected to card login."},
		ScreenDiagnostics:    {"Felsökning", "Diagnostics"},
		ScreenDiagnosticsHow: {"Visa sidan för IT-supporten, eller kopiera den till ärendet.", "Show this page to IT support, or copy it into the ticket."},
		ScreenBundle:         {"Det här sparas till supporten", "This is saved for support"},
		ScreenBundleHow:      {"Läs igenom listan. Inget sparas förrän du väljer Spara.", "Read the list. Nothing is saved until you choose Save."},
		ScreenAbout:          {"Om SITHS Agent", "About SITHS Agent"},
		ScreenAboutHow:       {"Programmets och dess delars licenser finns under Licenser.", "The licences of the program and its parts are under Licences."},
		ScreenVersion:        {"Version", "Version"},
		ScreenManaged:        {"Inställningarna bestäms av din organisation", "The settings are decided by your organisation"},
		ScreenManagedHow:     {"Kontakta IT-supporten om något behöver ändras.", "Contact IT support if something needs to be changed."},
		ScreenUpgraded:       {"SITHS Agent är uppdaterad", "SITHS Agent has been updated"},
		ScreenUpgradedHow:    {"Du loggar in som förut: sätt i kortet och ange koden.", "You log in as before: insert the card and enter the PIN."},
		ScreenChange:         {"Byt legitimeringskod (PIN)", "Change the PIN"},
		ScreenChangeSign:     {"Byt underskriftskod", "Change the signature code"},
		ScreenUnblock:        {"Lås upp legitimeringskoden (PIN)", "Unblock the PIN"},
		ScreenUnblockSign:    {"Lås upp underskriftskoden", "Unblock the signature code"},
		ScreenUnblockHow:     {"Upplåsningskoden (PUK) står i ditt PUK-brev.", "The PUK is in your PUK letter."},
		ScreenPUKLast:        {"Ett försök kvar. Fel upplåsningskod (PUK) gör kortet obrukbart", "One try left. A wrong PUK makes the card useless"},
		ScreenPUKLastHow:     {"Försök bara om du är säker. Annars: kontakta ID-administratören.", "Try only if you are sure. Otherwise contact the ID administrator."},
		ScreenSignLast:       {"Ett försök kvar. Fel kod låser underskriftskoden", "One try left. A wrong code blocks the signature code"},
		ScreenSignLastHow:    {"Försök bara om du är säker på underskriftskoden.", "Try only if you are sure of the signature code."},
		ScreenSignWrong:      {"Fel underskriftskod", "Wrong signature code"},
		ScreenSignWrongHow:   {"Kontrollera Num Lock och skriv koden igen. För många fel låser den.", "Check Num Lock and type the code again. Too many wrong ones block it."},
		ScreenSignBlocked:    {"Underskriftskoden är låst", "The signature code is blocked"},
		ScreenSignLength:     {"Koden har fel längd eller fel tecken", "The code has the wrong length or wrong characters"},
		ScreenEasyPIN:        {"Den nya koden är lätt att gissa. Välj hellre en annan.", "The new code is easy to guess. Better choose another."},
		ScreenPIN:            {"Legitimeringskod (PIN)", "PIN"},
		ScreenOldPIN:         {"Nuvarande legitimeringskod (PIN)", "Present PIN"},
		ScreenOldSign:        {"Nuvarande underskriftskod", "Present signature code"},
		ScreenPUK:            {"Upplåsningskod (PUK)", "PUK"},
		ScreenNewPIN:         {"Ny legitimeringskod (PIN)", "New PIN"},
		ScreenNewPINAgain:    {"Ny legitimeringskod (PIN) en gång till", "New PIN once more"},
		ScreenNewSign:        {"Ny underskriftskod", "New signature code"},
		ScreenNewSignAgain:   {"Ny underskriftskod en gång till", "New signature code once more"},
	}
}

// screenLabels are those of buttons and of the tray's menu.
func screenLabels() map[ScreenWord]pair {
	return map[ScreenWord]pair{
		ScreenButtonLogin:       {"Logga in", "Log in"},
		ScreenButtonCancel:      {"Avbryt", "Cancel"},
		ScreenButtonClose:       {"Stäng", "Close"},
		ScreenButtonTryAnyway:   {"Försök ändå", "Try anyway"},
		ScreenButtonEnterPIN:    {"Ange koden", "Enter the PIN"},
		ScreenButtonUnblock:     {"Lås upp", "Unblock"},
		ScreenButtonChange:      {"Byt kod", "Change"},
		ScreenButtonRetry:       {"Försök igen", "Try again"},
		ScreenButtonLock:        {"Lås nu", "Lock now"},
		ScreenButtonDiagnostics: {"Felsökning", "Diagnostics"},
		ScreenButtonCopy:        {"Kopiera", "Copy"},
		ScreenButtonPreview:     {"Spara till supporten", "Save for support"},
		ScreenButtonSave:        {"Spara", "Save"},
		ScreenButtonLicences:    {"Licenser", "Licences"},
		ScreenTray:              {"SITHS Agent: %s", "SITHS Agent: %s"},
		ScreenTrayHolder:        {"Kortet tillhör %s", "The card belongs to %s"},
		ScreenTraySystem:        {"%s: %s", "%s: %s"},
		ScreenTrayCard:          {"Visa kortet", "Show the card"},
	}
}
