package text

// ctlSetupSentences are what is said while programs are set up to use the card.
func ctlSetupSentences() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlSetupNew:        {"ny: %s", "new: %s"},
		CtlSetupChanged:    {"ändrad: %s", "changed: %s"},
		CtlSetupGone:       {"borttagen: %s", "removed: %s"},
		CtlSetupSame:       {"oförändrad: %s", "unchanged: %s"},
		CtlSetupModule:     {"inlagd i %s: %s", "registered in %s: %s"},
		CtlSetupModuleGone: {"borttagen ur %s: %s", "taken out of %s: %s"},
		CtlSetupDone:       {"Klart. Starta om öppna webbläsare.", "Done. Restart the browsers that are open."},
		CtlSetupNothing:    {"Allt är redan som det ska.", "Everything is as it should be."},
		CtlSetupPlanned:    {"Inget är ändrat. Utan --dry-run görs det som står ovan.", "Nothing was changed. Without --dry-run the above is done."},
		CtlSetupRoot:       {"Datorns inställningar kan bara administratören (root) ändra: %s", "Only the administrator (root) can change the computer's settings: %s"},
		CtlSetupOneOf:      {"välj --system eller --user", "choose --system or --user"},
		CtlSetupLocked: {"Ett annat program (process %d) har låst webbläsarens certifikatlager %s. Stäng webbläsaren och försök igen.",
			"Another program (process %d) has locked the browser's certificate store %s. Close the browser and try again."},
		CtlSetupDamaged: {"Webbläsarens certifikatlager %s är skadat. Flytta undan mappen och försök igen: en ny skapas.",
			"The browser's certificate store %s is damaged. Move the folder away and try again: a new one is made."},
		CtlSetupUnreadable: {"Webbläsarens certifikatlager %s kan inte läsas: %v", "The browser's certificate store %s cannot be read: %v"},
	}
}

// SetupNote returns what a person should know or do about the programs of a computer, by the kind of the note. A kind that
// this version does not know is shown as it is.
func SetupNote(l Lang, kind, path, detail string) string {
	if p, ok := setupNotes(path, detail)[kind]; ok {
		return p.in(l)
	}
	return kind + " " + path + " " + detail
}

func setupNotes(path, detail string) map[string]pair {
	return map[string]pair{
		"no-issuer": {"Ingen utfärdare är betrodd, så webbläsaren frågar varje gång vilket certifikat den ska använda. Lägg utfärdarens certifikat i mappen trust.",
			"No issuing authority is trusted, so browsers ask each time which certificate to use. Put the authority's certificate into the folder trust."},
		"kept-other": {path + " ställer redan in " + detail + " på ett annat sätt. Det är inte ändrat.",
			path + " sets " + detail + " otherwise already. That is not changed."},
		"contested": {path + " ställer också in " + detail + ". Webbläsaren tar bara en av filerna: flytta in vår lista där, eller ta bort den där.",
			path + " sets " + detail + " too. The browser takes one of the files alone: move our list there, or take it out there."},
		"past-agent": {path + " leder program till kortläsaren förbi tjänsten. De kan störa inloggningen, och tar inte del av legitimeringskoden (PIN) som redan är given. " + orEmpty(detail, "Modul: "),
			path + " leads programs to the card reader past the service. They can disturb the login, and have no part in the PIN that was given. " + orEmpty(detail, "Module: ")},
		"snap": {path + " är en snap, som varken ser modulen eller tjänstens sockel. Använd webbläsarens deb-paket.",
			path + " is a snap, which sees neither the module nor the service's socket. Use the browser's deb package."},
		"flatpak": {path + " är en flatpak, som varken ser modulen eller tjänstens sockel. Använd webbläsarens deb-paket.",
			path + " is a flatpak, which sees neither the module nor the service's socket. Use the browser's deb package."},
		"no-realm": {detail + ": systemet anger varken kerberos.realm eller kerberos.servers, så webbläsare skickar inga biljetter till dess servrar.",
			detail + ": the system names neither kerberos.realm nor kerberos.servers, so browsers send no tickets to its servers."},
		"sssd": {path + " anger inte " + detail + ", så inloggning med lösenord försöker spara biljetter där bara tjänsten får. Sätt det till FILE:/tmp/krb5cc_%U_XXXXXX.",
			path + " does not set " + detail + ", so logins by password try to keep tickets where only the service may. Set it to FILE:/tmp/krb5cc_%U_XXXXXX."},
		"elsewhere": {"Variabeln " + detail + " leder program till något annat än tjänsten. Ta bort den.",
			"The variable " + detail + " leads programs to something else than the service. Take it out."},
	}
}

func orEmpty(detail, label string) string {
	if detail == "" {
		return ""
	}
	return label + detail
}
