package text

// ctlSSOSentences are what is said about business systems.
func ctlSSOSentences() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlSSONone:         {"Inget system är anslutet till kortinloggningen.", "No system is connected to card login."},
		CtlSSOReleased:     {"%s: avslutat. Det öppnas igen med sithsctl sso get, eller när du skriver din legitimeringskod (PIN).", "%s: ended. It opens again by sithsctl sso get, or when you give your PIN."},
		CtlSSOModule:       {"programmets PKCS#11-modul: %s", "the program's PKCS#11 module: %s"},
		CtlSSOKey:          {"rad för serverns authorized_keys: %s", "line for the server's authorized_keys: %s"},
		CtlSSOTicket:       {"biljett för %s, gäller till %s", "ticket for %s, until %s"},
		CtlSSONoSecret:     {"%s öppnas med kortet. Det finns inget lösenord att spara eller glömma.", "%s opens with the card. There is no password to keep or to forget."},
		CtlSSOAllowed:      {"%s: programmet släpps in.", "%s: the program is let in."},
		CtlSSORefused:      {"%s: programmet släpps inte in.", "%s: the program is not let in."},
		CtlSSOAnyProgram:   {"%s: alla personens program släpps in.", "%s: every program of the person is let in."},
		CtlSSOSomePrograms: {"%s: vissa program släpps in, se nedan. Fråga om ett med --program eller --pid.", "%s: some programs are let in, see below. Ask about one with --program or --pid."},
		CtlSSORule:         {"Regeln står i %s.", "The rule is in %s."},
		CtlSSOMet:          {"ja", "yes"},
		CtlSSOUnmet:        {"NEJ", "NO"},
		CtlSSOWanted:       {"krav: %s", "wanted: %s"},
		CtlSSOOr:           {"eller: %s", "or: %s"},
		CtlSSOSeen:         {"sett: %s", "seen: %s"},
		CtlSSOAskedBy:      {"regeln för: %s", "the rule of: %s"},
		CtlPolicyMeeting:   {"%s (consent = %q) och %s (consent = %q): samma program kan få båda, och ingen kan se vilket som avses. Den strängare gäller båda.", "%s (consent = %q) and %s (consent = %q): one program may get both, and nobody can tell which is meant. The stricter counts for both."},
		CtlPolicyNoLabels:  {"%s: kräver kärnans märkning (min_tier = 2), som den här datorns kärna inte talar om. Ingen släpps in.", "%s: wants the kernel's label (min_tier = 2), which this computer's kernel does not tell. Nobody is let in."},
		CtlPolicyForAll:    {"%s: bygger på kärnans märkning, som här alla personens program kan ta (kernel.apparmor_restrict_unprivileged_unconfined är inte 1). Ingen släpps in.", "%s: builds on the kernel's label, which any program of the person can take here (kernel.apparmor_restrict_unprivileged_unconfined is not 1). Nobody is let in."},
		CtlPolicyOpen:      {"%s: bygger på kärnans märkning. Den kan den ta som startar ett program med någon av profilerna %s (flags=unconfined).", "%s: builds on the kernel's label. Whoever starts a program of one of the profiles %s (flags=unconfined) can take it."},
		CtlPolicyTraced:    {"%s: bygger på kärnans märkning. Personens andra program kan lägga in kod i det märkta (kernel.yama.ptrace_scope är under 2).", "%s: builds on the kernel's label. Other programs of the person can put code into the labelled one (kernel.yama.ptrace_scope is below 2)."},
		CtlReportSystems:   {"Kortets underskrifter efter system:", "Signatures of cards by system:"},
		CtlReportReplaced:  {"Inloggningar utan lösenord efter dag, i system där kortet ersätter det:", "Logins without a password by day, at systems where the card takes its place:"},
		CtlReportFew:       {"För system är \"<5\" färre än fem personer.", "For systems \"<5\" is fewer than five people."},
		CtlSSONothing:      {"inget", "nothing"},

		CtlSSOQuestion:       {"Får %s använda ditt kort till %s?", "May %s use your card for %s?"},
		CtlSSOUnknownProgram: {"ett okänt program (process %d)", "an unknown program (process %d)"},
		CtlSSOYes:            {"Ja. Det gäller tills kortet tas ut, om systemet inte frågar varje gång.", "Yes. It holds until the card is taken out, unless the system asks every time."},
		CtlSSONo:             {"Nej.", "No."},
		CtlSSONoQuestion:     {"Inget program frågar efter ditt kort nu.", "No program asks for your card now."},
	}
}

// Condition returns what a condition of a system's rule is about. One that this version does not know is shown as it is.
func Condition(l Lang, what string) string {
	if p, ok := conditions()[what]; ok {
		return p.in(l)
	}
	return what
}

func conditions() map[string]pair {
	return map[string]pair{
		"login":     {"Upplåst med kort", "Unlocked with a card"},
		"time":      {"Systemets tid är inte slut", "The system's time is not over"},
		"process":   {"Programmet är igång", "The program is running"},
		"user":      {"Användare", "User"},
		"session":   {"Skrivbordssession", "Desktop session"},
		"own":       {"Startat av kortinloggningen", "Started by card login"},
		"exe":       {"Program", "Program"},
		"package":   {"Programmets paket", "The program's package"},
		"publisher": {"Vem som har signerat programmet", "Who has signed the program"},
		"label":     {"Kärnans märkning", "The kernel's label"},
		"tier":      {"Hur säkert programmet är känt (T0–T3)", "How surely the program is known (T0-T3)"},
		"consent":   {"Personen tillfrågas först", "The person is asked first"},
	}
}
