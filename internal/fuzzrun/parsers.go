package main

// parser is code that reads bytes which we did not write, and the fuzz targets that feed it.
type parser struct {
	what    string
	pkg     string // below the module's folder
	targets []string
}

// parsers is every such place. A test holds it against the source, both ways.
func parsers() []parser { return append(others(), signOn()...) }

// signOn are those of single sign-on.
func signOn() []parser {
	return []parser{
		{"answers of the process that gets tickets, and questions to it", "agent/ticket", []string{"FuzzReadAnswer", "FuzzReadQuestion"}},
		{"answers of the process that ends connections, and questions to it", "agent/sever", []string{"FuzzReadAnswer", "FuzzReadQuestion"}},
		{"the kernel's list of sockets", "agent/sever/child", []string{"FuzzParse"}},
		{"credential caches", "agent/ticket/ccache", []string{"FuzzParse"}},
		{"what kinit says and leaves, and questions for tickets", "agent/ticket/child", []string{"FuzzJudge", "FuzzAnswerOf", "FuzzCheck"}},
		{"browsers' policy of others, and NSS's list of modules", "agent/broker/browser/setup", []string{"FuzzPolicyOfOthers", "FuzzModules"}},
		{"the first answer of web servers", "agent/broker/browser/check", []string{"FuzzFirstAnswer"}},
		{"what browsers' processes call themselves", "agent/broker/browser/cut", []string{"FuzzProcess"}},
		{"messages to the ssh agent", "agent/broker/ssh", []string{"FuzzMessages"}},
		{"calls to the virtual card, and its answers", "agent/broker/p11/rpc", []string{"FuzzFrame", "FuzzReader", "FuzzAttributes"}},
		{"a program's conversation with the virtual card", "agent/broker/p11", []string{"FuzzServe"}},
		{"what the kernel tells of a program that connects", "agent/broker/caller", []string{"FuzzStat", "FuzzMounts", "FuzzLabel"}},
		{"files of systems.d", "agent/broker/system", []string{"FuzzParse"}},
		{"events of all kinds, in who gets what", "agent/broker", []string{"FuzzNoSequenceReleasesWhatNoRuleAllows"}},
	}
}

func others() []parser {
	return []parser{
		{"answer to reset, status words of the card", "pcsc", []string{"FuzzProduct", "FuzzAnswers"}},
		{"what the readers report", "pcsc", []string{"FuzzTracker"}},
		{"names of readers", "pcsc/token/host", []string{"FuzzReaderNames"}},
		{"answers of the card's child", "pcsc/token/host", []string{"FuzzReadAnswer"}},
		{"questions to the card's child", "pcsc/token/host/child", []string{"FuzzServe"}},
		{"answers of the courier, and questions to it", "agent/courier", []string{"FuzzReadAnswer", "FuzzReadQuestion"}},
		{"what web servers answer", "agent/courier/child", []string{"FuzzFetch"}},
		{"certificates of the card", "pcsc/siths", []string{"FuzzParse", "FuzzIdentity"}},
		{"certificates of the card, up to the person", "agent/identity", []string{"FuzzIdentify"}},
		{"names of accounts", "agent/identity", []string{"FuzzAccountName"}},
		{"search filters of policy, with HSA-ids in them", "internal/ldapfilter", []string{"FuzzFilter"}},
		{"a directory's last answers on disk", "agent/identity/directory", []string{"FuzzAnswers"}},
		{"revocation lists", "agent/identity/revocation", []string{"FuzzParseCRL"}},
		{"answers about revocation, and what is kept of them", "agent/identity/revocation", []string{"FuzzParseOCSP", "FuzzKeptFiles"}},
		{"policy and accounts", "agent/policy", []string{"FuzzLoad"}},
		{"the audit log", "agent/audit", []string{"FuzzOpen", "FuzzVerify", "FuzzRow", "FuzzMark", "FuzzSegmentName"}},
		{"rows, for a syslog server", "agent/forward", []string{"FuzzMessage"}},
		{"rows, for a report", "agent/report", []string{"FuzzScan"}},
		{"texts of cards, readers and files, for the page for support", "agent/diag", []string{"FuzzAdmit"}},
		{"the names of a person's folders", "agent/diag", []string{"FuzzFolder"}},
		{"what the service remembered on disk", "agent/memory", []string{"FuzzParse"}},
		{"which warnings the service remembered on disk", "agent/expiry", []string{"FuzzParse"}},
		{"requests to the local API", "agent/localapi", []string{"FuzzRawRequests", "FuzzRequestBodies"}},
		{"the PIN channel", "agent/localapi", []string{"FuzzPINChannel", "FuzzCareChannel"}},
		{"answers of the service", "agent/client", []string{"FuzzServiceAnswers"}},
		{"answers of the service, for the program in the panel", "agent/watch", []string{"FuzzAnswers"}},
		{"answers and signals of the login manager", "agent/unlock", []string{"FuzzSessionID", "FuzzReplies"}},
		{"what the kernel tells of a process", "agent/programs", []string{"FuzzStatus"}},
		{"events of all kinds, in the rules", "agent/session", []string{"FuzzStep"}},
		{"what the PAM module sends its helper", "cmd/siths-pam", []string{"FuzzHello", "FuzzAnswers"}},
		{"what its helper, its application and its options tell the PAM module", "cmd/pam_siths/pamfuzz", []string{"FuzzModule"}},
		{"keys that a person types", "cmd/sithsctl", []string{"FuzzNoInputMakesAPINThatIsTooLongOrHoldsControlBytes"}},
		{"arguments, environment, names on the screen", "cmd/sithsctl", []string{"FuzzCommandLine", "FuzzPairsTakesAnyRow"}},
		{"snapshots, names and rows, for the screens", "ui/model", []string{"FuzzView"}},
		{"events of all kinds, in a window's conversation", "ui/dialog", []string{"FuzzStep"}},
		{"what one window says to another", "cmd/siths-window", []string{"FuzzHandover"}},
		{"events of all kinds, in the rules of the panel", "ui/resident", []string{"FuzzStep"}},
		{"keys and runes, in the field for a code", "ui/widget", []string{"FuzzPad"}},
		{"a person's and the desktop's wishes for windows", "ui/look", []string{"FuzzParse", "FuzzSettings"}},
		{"what a pinentry answers", "ui/plain", []string{"FuzzPinentry"}},
		{"commands to the virtual card", "pcsc/vcard", []string{"FuzzCommand", "FuzzTransmit", "FuzzTransmitTwoPINs", "FuzzControlLine", "FuzzMoment"}},
		{"frames and files of the virtual card", "pcsc/vcard", []string{"FuzzReadFrame", "FuzzCertificateFile"}},
		{"cookies of X displays, and what the displays answer", "internal/display", []string{"FuzzAuthority", "FuzzGreeting", "FuzzOpenGL", "FuzzWishes", "FuzzSize", "FuzzIdle", "FuzzManager"}},
		{"the kernel's list of processes, in tests", "internal/stack", []string{"FuzzParseStat"}},
	}
}
