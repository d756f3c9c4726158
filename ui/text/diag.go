package text

// DiagRow returns what a row of the diagnostics page is about. A row that this version does not know is shown as it is.
func DiagRow(l Lang, name string) string { return known(l, name, diagRows()) }

// DiagColour returns a word for how a row stands, in capitals: it has to be seen without colours too.
func DiagColour(l Lang, colour string) string {
	return known(l, colour, map[string]pair{"green": {"GRÖN", "GREEN"}, "yellow": {"GUL", "YELLOW"}, "red": {"RÖD", "RED"}})
}

// DiagLabel returns what a fact of the diagnostics page is about.
func DiagLabel(l Lang, label string) string { return known(l, label, diagLabels()) }

// DiagWord returns a fact that is a word in the reader's language, and any other as it is.
func DiagWord(l Lang, word string) string {
	return known(l, word, map[string]pair{"yes": {"ja", "yes"}, "no": {"nej", "no"}, "good": {"inte spärrat", "not revoked"},
		"revoked": {"spärrat", "revoked"}, "unknown": {"okänt", "unknown"}, "off": {"avstängd", "off"},
		"card": {"ordinarie kort", "ordinary card"}, "reserve": {"reservkort", "reserve card"}, "mobile": {"mobilt SITHS", "mobile SITHS"}})
}

// DiagAdvice returns what is the matter and what to do in a row without a problem code. An advice that this version does not
// know is shown as it is.
func DiagAdvice(l Lang, advice string) Text {
	e, ok := diagAdvice()[advice]
	if !ok {
		return Text{Headline: advice}
	}
	return Text{Headline: e.headline.in(l), Action: e.action.in(l)}
}

// known looks a word up, and returns one that is not there as it is.
func known(l Lang, word string, table map[string]pair) string {
	if t, ok := table[word]; ok {
		return t.in(l)
	}
	return word
}

func diagRows() map[string]pair {
	return map[string]pair{
		"service":      {"Tjänsten", "Service"},
		"card-service": {"Datorns korttjänst", "The computer's card service"},
		"readers":      {"Kortläsare", "Card readers"},
		"card":         {"Kort", "Card"},
		"modules":      {"Kortets drivrutin (PKCS#11)", "The card's driver (PKCS#11)"},
		"certificates": {"Certifikat och konto", "Certificate and account"},
		"pin":          {"Legitimeringskod (PIN)", "PIN"},
		"trust":        {"Tillit och spärrkontroll", "Trust and revocation"},
		"clock":        {"Klocka", "Clock"},
		"network":      {"Nätverk", "Network"},
		"systems":      {"Verksamhetssystem", "Business systems"},
		"unlock-path":  {"Inloggningsbilden", "Login screen"},
		"policy":       {"Inställningar", "Settings"},
		"rivals":       {"Annan programvara", "Other software"},
		"events":       {"Senaste händelser", "Last events"},
	}
}

func diagLabels() map[string]pair {
	return map[string]pair{
		"version":      {"version", "version"},
		"asked-by":     {"frågades av version", "asked by version"},
		"uptime":       {"igång sedan", "running for"},
		"process":      {"programmet är igång", "program runs"},
		"socket":       {"sockeln finns", "socket is there"},
		"reader":       {"läsare", "reader"},
		"usb-readers":  {"läsare på USB", "readers on USB"},
		"usb-device":   {"USB-enhet", "USB device"},
		"atr":          {"ATR", "ATR"},
		"kind":         {"korttyp", "kind"},
		"card-number":  {"kortnummer", "card number"},
		"module":       {"modul", "module"},
		"modules":      {"moduler som finns", "modules found"},
		"hsa-id":       {"HSA-id", "HSA-id"},
		"level":        {"tillitsnivå", "level of assurance"},
		"carrier":      {"kortslag", "carrier"},
		"days-left":    {"dagar kvar", "days left"},
		"tries":        {"försök kvar", "tries left"},
		"sign-tries":   {"försök kvar för underskriftskoden", "tries left of the signature code"},
		"revocation":   {"spärrkontroll", "revocation"},
		"source":       {"källa", "source"},
		"age":          {"ålder", "age"},
		"synchronised": {"ställs automatiskt", "kept automatically"},
		"addresses":    {"adresser", "addresses"},
		"ready":        {"klara", "ready"},
		"system":       {"system", "system"},
		"not-ready":    {"inte klara", "not ready"},
		"installed":    {"installerad", "installed"},
		"login-ways":   {"inloggningar som frågar efter kort", "logins that ask for a card"},
		"mistakes":     {"antal fel", "mistakes"},
		"key":          {"nyckel", "key"},
		"line":         {"rad", "line"},
		"program":      {"program", "program"},
		"event":        {"händelse", "event"},
		"reference":    {"referens", "reference"},
	}
}

func diagAdvice() map[string]entry {
	return map[string]entry{
		"too-late": {pair{"Det tog för lång tid att titta efter", "Looking took too long"},
			pair{"Kör diagnosen igen. Blir det samma svar: starta om datorn.", "Run the diagnosis again. If it says the same, restart the computer."}},
		"other-version": {pair{"Tjänsten och programmet har olika versioner", "The service and the program are of different versions"},
			pair{"Starta om tjänsten, eller datorn.", "Restart the service, or the computer."}},
		"no-module": {pair{"En PKCS#11-modul i inställningarna finns inte", "A PKCS#11 module of the settings is not there"},
			pair{"Installera den, eller rätta nyckeln card.modules.", "Install it, or correct the key card.modules."}},
		"other-cpu": {pair{"En PKCS#11-modul är gjord för en annan sorts processor", "A PKCS#11 module is made for another kind of processor"},
			pair{"Installera modulen i det utförande som datorn har.", "Install the module that is made for this computer."}},
		"clock-free": {pair{"Ingen ställer klockan automatiskt", "Nobody keeps the clock right"},
			pair{"Jämför klockan med en annan. Slå på tidssynkronisering.", "Compare the clock with another. Turn time synchronisation on."}},
		"no-address": {pair{"Datorn har ingen adress på något nät", "The computer has no address on any network"},
			pair{"Kontrollera sladd, trådlöst nät och VPN.", "Check cable, wireless and VPN."}},
		"no-door": {pair{"Ingen inloggningsbild frågar efter kortet", "No login screen asks for the card"},
			pair{"Installera inloggningsmodulen och slå på den.", "Install the login module and turn it on."}},
		"rival": {pair{"Annan programvara vill också ha kortet", "Other software wants the card too"},
			pair{"Avsluta programmet. Hjälper det: avinstallera det eller stäng av dess kortstöd.", "End the program. If that helps, remove it or turn its card support off."}},
	}
}

// ctlBundleSentences are what is said before a bundle is saved.
func ctlBundleSentences() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlBundleHolds:    {"%s kommer att innehålla detta och inget annat (%d uppgifter utelämnade):", "%s will hold this and nothing else (%d facts left out):"},
		CtlBundleQuestion: {"Spara den? Skriv ja: ", "Save it? Type yes: "},
		CtlBundleNotSaved: {"Inget sparades.", "Nothing was saved."},
		CtlBundlePage:     {"sidan, för program", "the page, for programs"},
		CtlBundleText:     {"sidan, för människor", "the page, for people"},
		CtlDiagSeeRow:     {"Se rad %d.", "See row %d."},
		CtlDiagFile:       {"%s, %d byte", "%s, %d bytes"},
		CtlDiagWithheld:   {"Uppgifter som utelämnats", "Facts left out"},
		CtlDiagCounts:     {"%d röda, %d gula, %d gröna rader.", "%d red, %d yellow, %d green rows."},
		CtlDiagBegin:      {"Börja med rad %d.", "Begin with row %d."},
		CtlDiagSum:        {"I korthet", "In short"},
		CtlDiagLast:       {"Senaste händelse: %s", "Last event: %s"},
		CtlBundleList:     {"listan över de andra filerna", "the list of the other files"},
	}
}
