package text

import (
	"fmt"
	"maps"
)

// CtlWord names one sentence or label of the command line.
type CtlWord int

// The labels of status and card.
const (
	CtlHolder CtlWord = iota
	CtlHSAID
	CtlOrg
	CtlLoA
	CtlCarrier
	CtlAccount
	CtlReader
	CtlCard
	CtlCardKind
	CtlATR
	CtlProduct
	CtlTries
	CtlSignTries
	CtlNotAfter
	CtlRevocation
	CtlSession
	CtlDirectory
	CtlEmpty
	CtlSeverityInfo
	CtlSeverityWarning
	CtlSeverityError

	ctlLastLabel
)

// The sentences.
const (
	CtlRef CtlWord = iota + ctlLastLabel
	CtlTriesLeft
	CtlLocksIn
	CtlOneTryLeft
	CtlReading
	CtlAlreadyUnlocked
	CtlUnlocked
	CtlPrompt
	CtlLastTryQuestion
	CtlYes
	CtlLocked
	CtlNoTerminal
	CtlUsage
	CtlCommands
	CtlUnknownCommand
	CtlWantsArguments
	CtlDenied
	CtlFailed
	CtlAuditWhole
	CtlAuditBroken
	CtlAuditBrokenOrOwn
	CtlAuditOwnRows
	CtlAuditExported
	CtlAuditFiles
	CtlAuditPruned
	CtlAuditReaches
	CtlAuditNoMark
	CtlAuditRepairs
	CtlReportDays
	CtlReportLogins
	CtlReportByLevel
	CtlReportByDay
	CtlReportSeconds
	CtlReportPINs
	CtlReportRefusals
	CtlReportPeople
	CtlReportWithheld
	CtlReportHidden
	CtlReportSystems
	CtlReportReplaced
	CtlReportFew
	CtlPolicyGood
	CtlPolicyBad
	CtlPolicyAllowed
	CtlPolicyMeant
	CtlPolicyUnknownKey
	CtlPolicyFrom
	CtlPolicyReplaces
	CtlPolicyDefault
	CtlPolicyBuiltIn
	CtlPolicyNoLabels
	CtlPolicyForAll
	CtlPolicyMeeting
	CtlPolicyOpen
	CtlPolicyTraced
	CtlShells
	CtlGlobal
	CtlOldPINPrompt
	CtlOldSignPrompt
	CtlPUKPrompt
	CtlNewPINPrompt
	CtlNewPINAgain
	CtlNewSignPrompt
	CtlNewSignAgain
	CtlNewPINAdvice
	CtlEasyPIN
	CtlPINsDiffer
	CtlPINChanged
	CtlPINUnblocked
	CtlSignChanged
	CtlSignUnblocked
	CtlBundleHolds
	CtlBundleQuestion
	CtlBundleNotSaved
	CtlBundlePage
	CtlBundleText
	CtlBundleList
	CtlDiagSeeRow
	CtlDiagFile
	CtlDiagWithheld
	CtlDiagCounts
	CtlDiagBegin
	CtlDiagSum
	CtlDiagLast
	CtlSSONone
	CtlSSOReleased
	CtlSSOModule
	CtlSSOKey
	CtlSSOTicket
	CtlSSONoSecret
	CtlSSOAllowed
	CtlSSORefused
	CtlSSOAnyProgram
	CtlSSOSomePrograms
	CtlSSORule
	CtlSSOMet
	CtlSSOUnmet
	CtlSSOWanted
	CtlSSOOr
	CtlSSOSeen
	CtlSSOAskedBy
	CtlSSONothing
	CtlSSOQuestion
	CtlSSOUnknownProgram
	CtlSSOYes
	CtlSSONo
	CtlSSONoQuestion
	CtlSetupNew
	CtlSetupChanged
	CtlSetupGone
	CtlSetupSame
	CtlSetupModule
	CtlSetupModuleGone
	CtlSetupDone
	CtlSetupNothing
	CtlSetupPlanned
	CtlSetupRoot
	CtlSetupOneOf
	CtlSetupLocked
	CtlSetupDamaged
	CtlSetupUnreadable
	CtlCheckVersion
	CtlCheckYes
	CtlCheckNo
	CtlCheckNamed
	CtlCheckKeep
	CtlCheckKeepOpen
	CtlCheckGood
	CtlCheckResumes
	CtlCheckOpen
	CtlCheckHow
	CtlCheckNoCard
	CtlCheckRefused
	CtlCheckAddress
	CtlCheckNoRoots

	ctlLast
)

// Ctl returns a word of the command line with args put in as fmt does.
func Ctl(l Lang, w CtlWord, args ...any) string {
	table := maps.Clone(ctlSentences())
	maps.Copy(table, ctlCareSentences())
	maps.Copy(table, ctlBundleSentences())
	maps.Copy(table, ctlSSOSentences())
	maps.Copy(table, ctlSetupSentences())
	maps.Copy(table, ctlCheckSentences())
	if w < ctlLastLabel {
		table = ctlLabels()
	}
	format := table[w].in(l)
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

func ctlLabels() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlHolder:          {"Innehavare", "Holder"},
		CtlHSAID:           {"HSA-id", "HSA-id"},
		CtlOrg:             {"Organisation", "Organisation"},
		CtlLoA:             {"Tillitsnivå", "Level of assurance"},
		CtlCarrier:         {"Kortslag", "Carrier"},
		CtlAccount:         {"Konto", "Account"},
		CtlReader:          {"Kortläsare", "Card reader"},
		CtlCard:            {"Kortnummer", "Card number"},
		CtlCardKind:        {"Korttyp", "Card type"},
		CtlATR:             {"ATR", "ATR"},
		CtlProduct:         {"Kortprodukt", "Card product"},
		CtlTries:           {"Försök kvar", "Tries left"},
		CtlSignTries:       {"Försök kvar (underskriftskod)", "Tries left (signature code)"},
		CtlNotAfter:        {"Gäller till", "Valid until"},
		CtlRevocation:      {"Spärrkontroll", "Revocation"},
		CtlSession:         {"Session", "Session"},
		CtlDirectory:       {"Katalogen", "Directory"},
		CtlEmpty:           {"tom", "empty"},
		CtlSeverityInfo:    {"Info", "Info"},
		CtlSeverityWarning: {"Varning", "Warning"},
		CtlSeverityError:   {"Fel", "Error"},
	}
}

func ctlSentences() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlRef:              {"(referens %s)", "(reference %s)"},
		CtlTriesLeft:        {"%d försök kvar.", "%d tries left."},
		CtlLocksIn:          {"låses om %d s", "locks in %d s"},
		CtlOneTryLeft:       {"Ett försök kvar.", "One try left."},
		CtlReading:          {"Läser kortet …", "Reading the card …"},
		CtlAlreadyUnlocked:  {"Redan upplåst: %s", "Already unlocked: %s"},
		CtlUnlocked:         {"Upplåst: %s", "Unlocked: %s"},
		CtlPrompt:           {"Legitimeringskod för %s: ", "PIN for %s: "},
		CtlLastTryQuestion:  {"Fel kod låser legitimeringskoden (PIN). Skriv ja för att försöka: ", "A wrong PIN blocks it. Type yes to try: "},
		CtlYes:              {"ja", "yes"},
		CtlLocked:           {"Låst.", "Locked."},
		CtlNoTerminal:       {"Ingen terminal att fråga på. Använd --pin-fd.", "No terminal to ask on. Use --pin-fd."},
		CtlUsage:            {"Användning: sithsctl %s", "Usage: sithsctl %s"},
		CtlCommands:         {"Kommandon:", "Commands:"},
		CtlUnknownCommand:   {"okänt kommando: %s. Kör: sithsctl help", "unknown command: %s. Run: sithsctl help"},
		CtlWantsArguments:   {"skriv så här: sithsctl %s", "write it like this: sithsctl %s"},
		CtlDenied:           {"Du får inte göra detta. Kör som rätt användare eller fråga IT-supporten.", "You may not do this. Run as the right user or ask IT support."},
		CtlFailed:           {"Det gick inte: %v", "It failed: %v"},
		CtlAuditWhole:       {"Loggen är hel: %d rader, %s till %s, sista hash %s", "The log is whole: %d rows, %s to %s, last hash %s"},
		CtlAuditBroken:      {"Loggen är inte hel: rad %d: %s. Spara filerna som de är och anmäl det till den som ansvarar för loggen.", "The log is not whole: line %d: %s. Keep the files as they are and tell whoever is responsible for the log."},
		CtlAuditBrokenOrOwn: {"Loggen är inte hel: rad %d: %s. Eller så ser du bara dina egna rader: kör som root.", "The log is not whole: line %d: %s. Or you see only your own rows: run as root."},
		CtlAuditOwnRows:     {"Den som bara ser sina egna rader kan inte kontrollera kedjan. Kör som root.", "Whoever sees only their own rows cannot check the chain. Run as root."},
		CtlAuditExported:    {"Skrev %s.", "Wrote %s."},
		CtlAuditFiles:       {"Den består av %d filer.", "It consists of %d files."},
		CtlAuditPruned:      {"Den börjar med rad %d: de före togs bort för sin ålder, vilket loggen själv intygar.", "It begins with row %d: those before were removed for their age, as the log itself tells."},
		CtlAuditReaches:     {"Den går så långt som tjänsten har skrivit, minst till rad %d.", "It goes as far as the service has written, at least to row %d."},
		CtlAuditNoMark:      {"Om rader saknas på slutet går inte att säga av detta: fråga tjänsten som root, eller ange hela mappen.", "Whether rows are missing at its end cannot be told from this: ask the service as root, or name the whole folder."},
		CtlAuditRepairs:     {"Rader som berättar om skador som tjänsten har hittat: %d; sök agent.recovered.", "Rows that tell of damage that the service has found: %d; look for agent.recovered."},
		CtlReportDays:       {"Dagar: %s till %s", "Days: %s to %s"},
		CtlReportLogins:     {"Inloggningar med kort: %s", "Logins with a card: %s"},
		CtlReportByLevel:    {"Efter tillitsnivå:", "By level of assurance:"},
		CtlReportByDay:      {"Efter dag (%s):", "By day (%s):"},
		CtlReportSeconds:    {"Sekunder från kort till upplåst: hälften inom %.2f, 95 %% inom %.2f (%s kort)", "Seconds from card to unlocked: half within %.2f, 95%% within %.2f (%s cards)"},
		CtlReportPINs:       {"Koder per isatt kort:", "PINs per inserted card:"},
		CtlReportRefusals:   {"Nekanden efter kod:", "Refusals by code:"},
		CtlReportPeople:     {"Olika personer: %s, varav med kort som snart går ut: %s", "Different people: %s, of those with a card that expires soon: %s"},
		CtlReportWithheld:   {"  visas inte: talen är så små att personer kan räknas ut", "  not shown: the numbers are so small that people could be worked out"},
		CtlReportHidden:     {"\"<5\" är färre än fem; \"*\" visas inte, för av det talet kan ett sådant räknas ut.", "\"<5\" is fewer than five; \"*\" is not shown, because such a number could be worked out from it."},
		CtlPolicyGood:       {"Policyn är riktig: %s", "The policy is good: %s"},
		CtlPolicyBad:        {"Policyn har fel: %d", "The policy has errors: %d"},
		CtlPolicyAllowed:    {"tillåtet: %s", "allowed: %s"},
		CtlPolicyMeant:      {"menade du %s?", "did you mean %s?"},
		CtlPolicyUnknownKey: {"okänd nyckel: %s", "unknown key: %s"},
		CtlPolicyFrom:       {"från: %s", "from: %s"},
		CtlPolicyReplaces:   {"ersätter: %s", "replaces: %s"},
		CtlPolicyDefault:    {"standard: %s", "default: %s"},
		CtlPolicyBuiltIn:    {"inbyggt standardvärde", "built-in default"},
		CtlShells:           {"skalet är ett av: %s", "the shell is one of: %s"},
		CtlGlobal:           {"--socket SÖKVÄG  tjänstens sockel (annars SITHS_AGENT_SOCKET, annars systemets)", "--socket PATH  the service's socket (else SITHS_AGENT_SOCKET, else the system's)"},
	}
}

// CtlHelp returns one line about a command of sithsctl, by its name ("audit show"). A name without help gives nothing.
func CtlHelp(l Lang, name string) string {
	return map[string]pair{
		"status":           {"visa läget på några rader", "show the state in a few lines"},
		"watch":            {"visa varje ändring tills du avbryter", "show every change until you stop it"},
		"login":            {"lås upp med kort och legitimeringskod (PIN)", "unlock with card and PIN"},
		"lock":             {"lås nu", "lock now"},
		"card":             {"visa kortet i läsaren", "show the card in the reader"},
		"card pin change":  {"byt legitimeringskod (PIN), eller underskriftskod med --sign", "change the PIN, or with --sign the signature code"},
		"card pin unblock": {"lås upp koden med upplåsningskoden (PUK)", "unblock the PIN with the PUK"},
		"admap":            {"visa kortets altSecurityIdentities för Active Directory", "show the card's altSecurityIdentities for Active Directory"},
		"sso list":         {"visa de system som kortet öppnar", "show the systems that the card opens"},
		"sso get":          {"hämta det som öppnar ett system, som rader för skalet", "get what opens a system, as lines for the shell"},
		"sso allow":        {"låt ett program som frågar använda kortet", "let a program that asks use the card"},
		"sso deny":         {"låt inte ett program som frågar använda kortet", "do not let a program that asks use the card"},
		"sso release":      {"avsluta det som har öppnats för ett system", "end what was opened for a system"},
		"sso explain":      {"visa varför ett program släpps in eller inte", "show why a program is let in or not"},
		"sso setup":        {"ställ in webbläsare, ssh och Kerberos så att de använder kortet", "set browsers, ssh and Kerberos up to use the card"},
		"sso check":        {"kontrollera om en webbserver visar sidor när kortet är utdraget", "check whether a web server shows pages when the card is out"},
		"sso enroll":       {"spara ett lösenord för ett system som behöver det", "keep a password for a system that needs one"},
		"sso forget":       {"glöm ett sparat lösenord", "forget a kept password"},
		"diag":             {"visa på en sida varför kortinloggningen inte fungerar", "show on one page why card login does not work"},
		"audit show":       {"visa händelseloggen", "show the audit log"},
		"audit verify":     {"kontrollera att händelseloggen är hel", "check that the audit log is whole"},
		"audit export":     {"skriv ut händelseloggen, oförändrad eller som tabell", "write the audit log out, unchanged or as a table"},
		"report":           {"visa hur inloggningen med kort används", "show how the login with the card is used"},
		"policy check":     {"kontrollera policyfilerna", "check the policy files"},
		"policy show":      {"visa den policy som gäller", "show the policy in force"},
		"policy explain":   {"visa varifrån ett värde kommer", "say where a value comes from"},
		"version":          {"visa programmets version", "show the program's version"},
		"completion":       {"skriv ett kompletteringsskript för skalet", "print a completion script for the shell"},
		"help":             {"visa denna hjälp", "show this help"},
	}[name].in(l)
}

// Revocation returns a word for the result of a revocation check. A result that this version does not know is shown
// as it is.
func Revocation(l Lang, result string) string {
	switch result {
	case "good":
		return pair{"inte spärrat", "not revoked"}.in(l)
	case "revoked":
		return pair{"spärrat", "revoked"}.in(l)
	case "unknown":
		return pair{"okänt", "unknown"}.in(l)
	case "off":
		return pair{"avstängd", "off"}.in(l)
	}
	return result
}

// Carrier returns a word for what carries the key. One that this version does not know is shown as it is.
func Carrier(l Lang, carrier string) string {
	switch carrier {
	case "card":
		return pair{"ordinarie kort", "ordinary card"}.in(l)
	case "reserve":
		return pair{"reservkort", "reserve card"}.in(l)
	case "mobile":
		return pair{"mobilt SITHS", "mobile SITHS"}.in(l)
	}
	return carrier
}

// Held returns what a directory holds of a card's mapping. An answer that this version does not know is shown as it is.
func Held(l Lang, held string) string {
	switch held {
	case "present":
		return pair{"värdet finns", "the value is there"}.in(l)
	case "absent":
		return pair{"personen finns men inte värdet", "the person is there, the value is not"}.in(l)
	case "not-found":
		return pair{"ingen har HSA-id:t", "nobody has the HSA-id"}.in(l)
	case "unknown":
		return pair{"okänt", "unknown"}.in(l)
	}
	return held
}

// AuditDamage returns what is wrong with a line of the audit log. Damage that this version does not know is shown as
// it is.
func AuditDamage(l Lang, damage string) string {
	switch damage {
	case "torn":
		return pair{"raden är avbruten", "the line is cut short"}.in(l)
	case "too-long":
		return pair{"raden är för lång", "the line is too long"}.in(l)
	case "not-an-entry":
		return pair{"raden är ingen loggrad", "the line is no row of the log"}.in(l)
	case "out-of-sequence":
		return pair{"numret följer inte på raden före", "its number does not follow the line before"}.in(l)
	case "chain-broken":
		return pair{"raden före är inte den som stod där", "the line before is not the one that stood there"}.in(l)
	case "beheaded":
		return pair{"rader före den saknas, och ingen rad säger att de togs bort för sin ålder", "rows before it are missing, and no row says that they were removed for their age"}.in(l)
	case "cut-off":
		return pair{"rader som fanns saknas på slutet", "rows that were there are missing at the end"}.in(l)
	}
	return damage
}
