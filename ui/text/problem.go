package text

import "siths-agent/agent/apitype"

// Text is what a person reads about one problem: what is the matter, and what to do now.
type Text struct {
	Headline string
	Action   string
}

// Problem returns the text of a problem code. A code that this version does not know gets a general text that
// shows the code, so that the helpdesk can look it up.
func Problem(l Lang, code apitype.Code) Text {
	e, ok := entryOf(code)
	if !ok {
		e = unknownProblem(code)
	}
	return Text{Headline: e.headline.in(l), Action: e.action.in(l)}
}

// entry is the text of one problem in both languages.
type entry struct{ headline, action pair }

// entryOf finds the text in its family's table.
func entryOf(code apitype.Code) (entry, bool) {
	for _, family := range []map[apitype.Code]entry{
		readerTexts(), cardTexts(), certTexts(), faultTexts(), personTexts(), pinTexts(), serviceTexts(),
	} {
		if e, ok := family[code]; ok {
			return e, true
		}
	}
	return entry{}, false
}

func unknownProblem(code apitype.Code) entry {
	return entry{
		pair{"Något gick fel (" + string(code) + ")", "Something went wrong (" + string(code) + ")"},
		pair{"Försök igen. Hjälper det inte: kontakta IT-supporten och uppge koden inom parentes.",
			"Try again. If that does not help, contact IT support and give them the code in brackets."},
	}
}

func readerTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.ReaderNone: {
			pair{"Ingen kortläsare hittades", "No card reader was found"},
			pair{"Kontrollera kortläsarens sladd eller prova en annan USB-port.",
				"Check the card reader's cable or try another USB port."},
		},
		apitype.ReaderServiceDown: {
			pair{"Datorn når inte kortläsaren", "The computer cannot reach the card reader"},
			pair{"Starta om datorn. Hjälper det inte: kontakta IT-supporten.",
				"Restart the computer. If that does not help, contact IT support."},
		},
		apitype.ReaderBusy: {
			pair{"Kortläsaren används av ett annat program", "Another program is using the card reader"},
			pair{"Stäng andra program som använder kortet. Ta sedan ut kortet och sätt i det igen.",
				"Close other programs that use the card. Then take the card out and insert it again."},
		},
	}
}

func cardTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.CardNone: {
			pair{"Sätt i ditt SITHS-kort", "Insert your SITHS card"},
			pair{"Skjut in kortet hela vägen i kortläsaren, med chipet först.",
				"Push the card all the way into the card reader, chip first."},
		},
		apitype.CardUnreadable: {
			pair{"Kortet kan inte läsas", "The card cannot be read"},
			pair{"Ta ut kortet, torka av chipet, vänd det rätt och sätt i det igen.",
				"Take the card out, wipe the chip, turn it the right way and insert it again."},
		},
		apitype.CardUnsupported: {
			pair{"Kortet är inte ett SITHS-kort som går att använda här", "This is not a SITHS card that can be used here"},
			pair{"Sätt i ditt SITHS-kort. Är det redan det kortet: kontakta IT-supporten.",
				"Insert your SITHS card. If this is that card, contact IT support."},
		},
		apitype.CardSilent: {
			pair{"Kortet svarar inte", "The card does not answer"},
			pair{"Ta ut kortet, vänta några sekunder och sätt i det igen.",
				"Take the card out, wait a few seconds and insert it again."},
		},
		apitype.CardSwapped: {
			pair{"Kortet byttes ut", "The card was swapped"},
			pair{"Ta ut kortet, sätt i ditt eget kort och börja om.",
				"Take the card out, insert your own card and start over."},
		},
		apitype.CardLeftBehind: {
			pair{"Kortet sitter kvar i läsaren", "The card is still in the reader"},
			pair{"Ta ut det. Lämna aldrig kortet utan uppsikt.", "Take it out. Never leave the card unattended."},
		},
	}
}

func personTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.PersonUnmapped: {
			pair{"Kortet är inte kopplat till något konto", "The card is not linked to an account"},
			pair{"Kontakta IT-supporten och be dem koppla kortet till ditt konto.",
				"Contact IT support and ask them to link the card to your account."},
		},
		apitype.PersonWrongSession: {
			pair{"Kortet tillhör någon annan än den som är inloggad", "The card belongs to someone other than the person logged in"},
			pair{"Sätt i den inloggades kort, eller byt användare.",
				"Insert the card of the person who is logged in, or switch user."},
		},
		apitype.SessionNotCleared: {
			pair{"Den förra personens program kunde inte avslutas", "The programs of the person before you could not be ended"},
			pair{"Försök igen om en stund. Hjälper det inte: starta om datorn.",
				"Try again in a while. If that does not help, restart the computer."},
		},
	}
}

func pinTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.PINWrong: {
			pair{"Fel legitimeringskod (PIN)", "Wrong PIN"},
			pair{"Kontrollera Num Lock och skriv koden igen. För många fel låser den.",
				"Check Num Lock and type the PIN again. Too many wrong ones block it."},
		},
		apitype.PINLastTry: {
			pair{"Ett försök kvar. Fel kod låser kortets legitimeringskod (PIN)", "One try left. A wrong PIN blocks the card"},
			pair{"Försök bara om du är säker på koden. Annars: kontakta ID-administratören.",
				"Try only if you are sure of the PIN. Otherwise contact the ID administrator."},
		},
		apitype.PINBlocked: {
			pair{"Legitimeringskoden (PIN) är låst", "The PIN is blocked"},
			pair{"Lås upp den med kortets PUK-kod, eller kontakta ID-administratören.",
				"Unblock it with the card's PUK, or contact the ID administrator."},
		},
		apitype.PINLength: {
			pair{"Legitimeringskoden (PIN) har fel längd eller fel tecken", "The PIN has the wrong length or wrong characters"},
			pair{"Skriv koden igen, bara siffror. Kortet har inte räknat detta som ett försök.",
				"Type the PIN again, digits only. The card has not counted this as a try."},
		},
		apitype.PINCancelled: {
			pair{"Inloggningen avbröts", "The login was cancelled"},
			pair{"Börja om när du är redo.", "Start again when you are ready."},
		},
		apitype.PINTimeout: {
			pair{"Det tog för lång tid", "It took too long"},
			pair{"Börja om och skriv din legitimeringskod (PIN).", "Start again and type your PIN."},
		},
		apitype.PINNeeded: {
			pair{"Legitimeringskoden (PIN) behövs först", "The PIN is needed first"},
			pair{"Lås upp med kortet och försök igen.", "Unlock with the card and try again."},
		},
		apitype.PINSame: {
			pair{"Den nya koden är samma som den gamla", "The new PIN is the old one"},
			pair{"Välj en annan kod. Kortet har inte räknat detta som ett försök.",
				"Choose another. The card has not counted this as a try."},
		},
		apitype.PINUnsupported: {
			pair{"Koden kan inte ändras här", "The PIN cannot be changed here"},
			pair{"Kontakta ID-administratören.", "Contact the ID administrator."},
		},
		apitype.PUKWrong: {
			pair{"Fel upplåsningskod (PUK)", "Wrong PUK"},
			pair{"Kontrollera koden i brevet innan du försöker igen. För många fel gör kortet obrukbart.",
				"Check the code in the letter before trying again. Too many wrong ones make the card useless."},
		},
		apitype.PUKBlocked: {
			pair{"Upplåsningskoden (PUK) är låst. Kortets kod kan inte låsas upp mer", "The PUK is blocked. The card's PIN cannot be unblocked any more"},
			pair{"Kontakta ID-administratören för ett nytt kort.", "Contact the ID administrator for a new card."},
		},
	}
}
