package text

import "fmt"

// screenStates are what is said about where the main job stands. What is wrong is in the texts of the problems.
func screenStates() map[ScreenWord]pair {
	return map[ScreenWord]pair{
		ScreenSlow:      {"Det tar längre tid än vanligt.", "It is taking longer than usual."},
		ScreenLeaveCard: {"Låt kortet sitta kvar i kortläsaren.", "Leave the card in the card reader."},
		ScreenHello:     {"Hej %s", "Hello %s"},
		ScreenEnterPIN:  {"Ange din legitimeringskod (PIN)", "Enter your PIN"},
		ScreenNumLock: {"Händer inget när du skriver: tryck på Num Lock, eller använd siffrorna på skärmen.",
			"If nothing happens when you type, press Num Lock or use the digits on the screen."},
		ScreenUnblockHere: {"Ta fram upplåsningskoden (PUK) ur ditt PUK-brev och välj Lås upp. Utan brev: beställ ett nytt, eller gå till ID-administratören.",
			"Get the PUK from your PUK letter and choose Unblock. Without a letter: order a new one, or see the ID administrator."},
		ScreenPINPad:     {"Ange koden på kortläsaren", "Enter the PIN on the card reader"},
		ScreenPINPadHow:  {"Skriv legitimeringskoden (PIN) på läsarens knappar.", "Type the PIN on the keys of the reader."},
		ScreenPINPadLeft: {"Läsaren väntar i %d s till.", "The reader waits for another %d s."},
		ScreenLoggedIn:   {"Du är inloggad", "You are logged in"},
		ScreenTakeCard:   {"Ta alltid med dig kortet när du går.", "Always take your card with you when you leave."},
		ScreenOther:      {"Upplåst av en annan användare", "Unlocked by another user"},
		ScreenOtherHow:   {"Byt användare om du vill logga in.", "Switch user if you want to log in."},
		ScreenRemoved:    {"Kortet togs ut. Låser om %d s", "The card was removed. Locking in %d s"},
		ScreenRemovedHow: {"Sätt tillbaka kortet och ange koden för att fortsätta.", "Put the card back and enter the PIN to go on."},
		ScreenIdle:       {"Ingen använder datorn. Låser om %d s", "Nobody is using the computer. Locking in %d s"},
		ScreenIdleHow:    {"Rör musen eller tryck på en tangent för att fortsätta.", "Move the mouse or press a key to go on."},
		ScreenLocksIn:    {"Skärmen låses om %d s.", "The screen is locked in %d s."},
		ScreenOffline:    {"Ingen kontakt med spärrtjänsten", "No contact with the revocation service"},
		ScreenOfflineAge: {"Du är inloggad. Det senaste svaret om kortet är %s gammalt.",
			"You are logged in. The last answer about the card is %s old."},
		ScreenReserve:    {"Reservkort, gäller till %s", "Reserve card, valid until %s"},
		ScreenReserveHow: {"Du är inloggad. Byt till ditt ordinarie kort när du har det.", "You are logged in. Change to your ordinary card when you have it."},
		ScreenOrderCard: {"Du är inloggad. Beställ ett nytt kort hos ID-administratören nu. Kortet fungerar så länge.",
			"You are logged in. Order a new card from the ID administrator now. The card works until then."},
		ScreenUnknown: {"Läget går inte att visa", "The state cannot be shown"},
		ScreenUnknownHow: {"Starta om datorn. Hjälper det inte: kontakta IT-supporten.",
			"Restart the computer. If that does not help, contact IT support."},
		ScreenSupport:    {"Kod till supporten: %s", "Code for support: %s"},
		ScreenSupportRef: {"Kod till supporten: %s, referens %s", "Code for support: %s, reference %s"},
		ScreenNotice:     {"%s. %s", "%s. %s"},
		ScreenPulled:     {"Kortet togs ut", "The card was removed"},
		ScreenSwapped:    {"Kortet är inte samma som nyss", "The card is not the one that was in"},
		ScreenInterruptedHow: {"Det du skrev är raderat. Vänta ett ögonblick innan du skriver igen.",
			"What you typed has been erased. Wait a moment before you type again."},
		ScreenConsent:        {"Får %s använda ditt kort till %s?", "May %s use your card for %s?"},
		ScreenConsentUnknown: {"ett okänt program", "an unknown program"},
		ScreenConsentFile:    {"Programmets fil: %s", "The program's file: %s"},
		ScreenConsentHow:     {"Tillåt bara om du själv väntar på det. Utan svar är det nej efter en minut.", "Allow it only if you are waiting for it yourself. Without an answer it is no after a minute."},
		ScreenConsentPIN:     {"Skriv din legitimeringskod (PIN) för att tillåta det.", "Type your PIN to allow it."},
	}
}

// Age says how old an answer of so many seconds is, in whole hours or days.
func Age(l Lang, seconds int64) string {
	const hour, day = 60 * 60, 24 * 60 * 60
	switch {
	case seconds < hour:
		return pair{"mindre än en timme", "less than an hour"}.in(l)
	case seconds < 2*hour:
		return pair{"en timme", "one hour"}.in(l)
	case seconds < 2*day:
		return fmt.Sprintf(pair{"%d timmar", "%d hours"}.in(l), seconds/hour)
	}
	return fmt.Sprintf(pair{"%d dygn", "%d days"}.in(l), seconds/day)
}
