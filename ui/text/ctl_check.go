package text

// ctlCheckSentences are what is said of a web server that asks for the card.
func ctlCheckSentences() map[CtlWord]pair {
	return map[CtlWord]pair{
		CtlCheckVersion:  {"%s: sidan kom (%d) med %d underskrift(er) av kortet", "%s: the page came (%d) with %d signature(s) by the card"},
		CtlCheckYes:      {"  ny anslutning utan kortet: sidan kom, sessionen återupptogs", "  new connection without the card: the page came, the session was resumed"},
		CtlCheckNo:       {"  ny anslutning utan kortet: ingen sida", "  new connection without the card: no page"},
		CtlCheckNamed:    {"  servern namnger sessionen: webbläsare kan begära att den återupptas", "  the server names the session: browsers can ask to resume it"},
		CtlCheckKeep:     {"  samma anslutning utan kortet: sidan kom; servern håller den öppen i %s", "  same connection without the card: the page came; the server keeps it open for %s"},
		CtlCheckKeepOpen: {"  samma anslutning utan kortet: sidan kom", "  same connection without the card: the page came"},
		CtlCheckGood:     {"Servern återupptar inga sessioner: en ny anslutning kräver kortet.", "The server resumes no sessions: a new connection needs the card."},
		CtlCheckResumes:  {"Servern återupptar sessioner: de kan leva längre än kortet sitter i.", "The server resumes: sessions can outlive the card."},
		CtlCheckOpen:     {"Servern visar sidan även för den som inte har något kort.", "The server shows the page to somebody without any card, too."},
		CtlCheckHow: {"Stäng av återupptagna TLS-sessioner på servern (Apache: SSLSessionTickets off och SSLSessionCache none; nginx: ssl_session_tickets off och ssl_session_cache off). Mer: docs/sso-servers.md",
			"Turn resumed TLS sessions off in the server (Apache: SSLSessionTickets off and SSLSessionCache none; nginx: ssl_session_tickets off and ssl_session_cache off). More: docs/sso-servers.md"},
		CtlCheckNoCard: {"Det finns inget kort för sithsctl. Är kortet upplåst, och släpper ett system i systems.d in %s?",
			"There is no card for sithsctl. Is the card unlocked, and does a system in systems.d let %s in?"},
		CtlCheckRefused: {"Servern godtar inte kortet: %v", "The server does not accept the card: %v"},
		CtlCheckAddress: {"%s är ingen adress av formen https://värd/sida.", "%s is no address of the form https://host/page."},
		CtlCheckNoRoots: {"det finns inget certifikat i %s", "there is no certificate in %s"},
	}
}
