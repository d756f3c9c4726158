package text

import "fmt"

// WalkWord names one sentence of the walk through the main job that `make run` takes.
type WalkWord int

// The sentences.
const (
	WalkTitle WalkWord = iota
	WalkWorld
	WalkWorldReady
	WalkNoCard
	WalkNobodyEnters
	WalkInsert
	WalkHolder
	WalkRead
	WalkPIN
	WalkPINGiven
	WalkUnlocked
	WalkProof
	WalkProgram
	WalkProgramSigned
	WalkProgramEnded
	WalkThief
	WalkThiefRefused
	WalkRemove
	WalkLocked
	WalkAudit
	WalkAuditWhole
	WalkDone

	WalkDesk
	WalkDeskInsert
	WalkDeskPIN
	WalkDeskIn
	WalkDeskRemove
	WalkDeskEnd

	WalkRealTitle
	WalkNoTrust
	WalkInsertYours
	WalkRefused
	WalkRealDone
	WalkStartReaders

	WalkUsage
	WalkBroken
	WalkExpected
	WalkTooManyCommands
	WalkThiefGotIn
	WalkProgramRefused
	WalkProgramStill
	WalkMissing
	WalkNoWorld
	WalkBlocked
	WalkInterrupted

	walkLast
)

// Walk returns a sentence of the walk with args put in as fmt does.
func Walk(l Lang, w WalkWord, args ...any) string {
	for _, table := range []map[WalkWord]pair{walkSteps(), walkDesk(), walkReal(), walkFailures()} {
		if p, ok := table[w]; ok {
			return fmt.Sprintf(p.in(l), args...)
		}
	}
	return ""
}

func walkSteps() map[WalkWord]pair {
	return map[WalkWord]pair{
		WalkTitle: {"SITHS Agent, från kort i till skärmen låst, med ett virtuellt kort. Inget på datorn ändras.",
			"SITHS Agent, from card in to screen locked, with a virtual card. Nothing on this machine changes."},
		WalkWorld: {"En egen värld startas: pcscd, en kortläsare, ett övningskort med nya certifikat, siths-agentd.",
			"A private world is started: pcscd, a card reader, a training card with new certificates, siths-agentd."},
		WalkWorldReady:   {"Klart på %d ms.", "Ready in %d ms."},
		WalkNoCard:       {"Inget kort sitter i läsaren.", "There is no card in the reader."},
		WalkNobodyEnters: {"Den som vill låsa upp får svaret: %s", "Whoever wants to unlock is told: %s"},
		WalkInsert:       {"Kortet sätts i.", "The card is inserted."},
		WalkHolder: {"Det är %s, HSA-id %s, tillitsnivå %d. Kortet öppnar kontot %s.",
			"It is %s, HSA-id %s, level of assurance %d. The card opens the account %s."},
		WalkRead: {"Det stod klart efter %d ms och %d kortkommandon (APDU), innan någon kod fanns.",
			"That was known after %d ms and %d card commands (APDUs), before there was any PIN."},
		WalkPIN: {"Legitimeringskoden (PIN) behövs. Övningskortets är %s.", "The PIN is needed. The training card's is %s."},
		WalkPINGiven: {"Här finns ingen terminal att skriva på, så programmet ger koden.",
			"There is no terminal to type on, so the program gives the PIN."},
		WalkUnlocked: {"Upplåst: kontot %s, %d ms och %d kortkommandon efter koden.",
			"Unlocked: the account %s, %d ms and %d card commands after the PIN."},
		WalkProof: {"Kortets nyckel har skrivit under ett bevis som bara gäller nu, här och för det kontot.",
			"The card's key has signed a proof that is good only now, here and for that account."},
		WalkProgram: {"Ett program hos %s, pkcs11-tool, skriver under genom tjänstens virtuella kort. Så når också webbläsare, Kerberos och ssh kortet.",
			"A program of %s's, pkcs11-tool, signs through the service's virtual card. Browsers, Kerberos and ssh reach the card that way too."},
		WalkProgramSigned: {"Underskrivet, utan att någon kod frågades efter.", "Signed, and no PIN was asked for."},
		WalkProgramEnded:  {"Samma program får inte längre någon underskrift.", "The same program gets no signature any more."},
		WalkThief: {"Ett annat program, som användaren nobody, försöker använda kortet.",
			"Another program, as the user nobody, tries to use the card."},
		WalkThiefRefused: {"Nekat: %s", "Refused: %s"},
		WalkRemove:       {"Kortet dras ut.", "The card is pulled out."},
		WalkLocked: {"Låst efter %d ms; det mesta är väntan på att pcscd märker att kortet är borta.",
			"Locked after %d ms, most of it until pcscd notices that the card is gone."},
		WalkAudit:      {"Händelseloggen har allt:", "The audit log has it all:"},
		WalkAuditWhole: {"Kedjan är hel: %d rader, sista hash %s.", "The chain is whole: %d rows, last hash %s."},
		WalkDone: {"Allt gick som utlovat. Med riktig läsare och riktigt kort: make run REAL=1",
			"All went as promised. With a real reader and a real card: make run REAL=1"},
	}
}

func walkDesk() map[WalkWord]pair {
	return map[WalkWord]pair{
		WalkDesk: {"Ikonen visas i panelen på det här skrivbordet. Har panelen ingen plats för ikoner visas bara fönstren.",
			"The icon is shown in the panel of this desktop. Where the panel has no place for icons, only the windows are."},
		WalkDeskInsert: {"Tryck Enter här för att sätta i övningskortet.", "Press Enter here to insert the training card."},
		WalkDeskPIN:    {"Ett fönster frågar efter legitimeringskoden (PIN). Övningskortets är %s.", "A window asks for the PIN. The training card's is %s."},
		WalkDeskIn:     {"Upplåst: kontot %s.", "Unlocked: the account %s."},
		WalkDeskRemove: {"Titta på ikonen och dess meny. Tryck Enter här för att dra ut kortet.", "Look at the icon and its menu. Press Enter here to pull the card out."},
		WalkDeskEnd:    {"Tryck Enter här när du har sett nog. Då försvinner ikonen.", "Press Enter here when you have seen enough. The icon goes away then."},
	}
}

func walkReal() map[WalkWord]pair {
	return map[WalkWord]pair{
		WalkRealTitle: {"SITHS Agent, med datorns egen läsare och ditt kort. Ingen kod frågas efter och inget låses.",
			"SITHS Agent, with this machine's own reader and your card. No PIN is asked for and nothing is locked."},
		WalkNoTrust: {"Utan betrodda utfärdare godtas inget kort. Lägg utfärdarnas certifikat (PEM) i en mapp och kör: make run REAL=1 TRUST=MAPP",
			"Without trusted authorities no card is accepted. Put the authorities' certificates (PEM) into a folder and run: make run REAL=1 TRUST=DIR"},
		WalkInsertYours:  {"Sätt i ditt kort.", "Insert your card."},
		WalkRefused:      {"Kortet godtas inte: %s. %s (%s)", "The card is not accepted: %s. %s (%s)"},
		WalkRealDone:     {"Klart. Kortet är orört: ingen kod har prövats.", "Done. The card is as it was: no PIN has been tried."},
		WalkStartReaders: {"Starta kortläsartjänsten: systemctl start pcscd.socket", "Start the card reader service: systemctl start pcscd.socket"},
	}
}

func walkFailures() map[WalkWord]pair {
	return map[WalkWord]pair{
		WalkUsage: {"användning: go run ./internal/walk [-real] [-trust MAPP] [-environment production|test] [-accounts FIL]",
			"usage: go run ./internal/walk [-real] [-trust DIR] [-environment production|test] [-accounts FILE]"},
		WalkBroken:          {"Det gick inte som utlovat: %s", "It did not go as promised: %s"},
		WalkExpected:        {"läget skulle bli \"%s\" men är \"%s\"", "the state should be \"%s\" and is \"%s\""},
		WalkTooManyCommands: {"kortet fick %d kommandon, högst %d är utlovade", "the card got %d commands, at most %d are promised"},
		WalkThiefGotIn:      {"det andra programmet nekades inte: %s", "the other program was not refused: %s"},
		WalkProgramRefused:  {"programmet fick ingen underskrift: %s", "the program got no signature: %s"},
		WalkProgramStill:    {"programmet fick en underskrift utan kort", "the program got a signature without a card"},
		WalkMissing:         {"%s saknas. Kör: %s", "%s is missing. Run: %s"},
		WalkNoWorld: {"En egen värld går inte att starta här (%s). Kör: sudo make run. Utan root kan bara en riktig läsare provas: make run REAL=1",
			"A private world cannot be started here (%s). Run: sudo make run. Without root only a real reader can be tried: make run REAL=1"},
		WalkBlocked: {"Övningskortets kod är låst efter för många fel. Kör igen: varje gång görs ett nytt kort.",
			"The training card's PIN is blocked after too many wrong ones. Run again: a new card is made each time."},
		WalkInterrupted: {"Avbrutet. Allt är undanstädat.", "Interrupted. Everything is cleaned up."},
	}
}
