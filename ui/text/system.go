package text

import "siths-agent/agent/apitype"

// SystemState returns a word for how far the login to a business system is. A state that this version does not know is
// shown as it is.
func SystemState(l Lang, state string) string {
	switch state {
	case "ready":
		return pair{"Klar", "Ready"}.in(l)
	case "working":
		return pair{"Loggar in", "Logging in"}.in(l)
	case "need-pin":
		return pair{"Behöver koden igen", "Needs the PIN again"}.in(l)
	case "released":
		return pair{"Avslutad", "Ended"}.in(l)
	case "unreachable":
		return pair{"Nås inte", "Cannot be reached"}.in(l)
	case "denied":
		return pair{"Ej behörig", "Not allowed"}.in(l)
	}
	return state
}

// SystemReason returns why a system is not open, as one headline: what is known more closely than its code, else the code's.
// With neither there is nothing to say.
func SystemReason(l Lang, reason string, code apitype.Code) string {
	if p, ok := systemReasons()[reason]; ok {
		return p.in(l)
	}
	if code == "" {
		return ""
	}
	return Problem(l, code).Headline
}

func systemReasons() map[string]pair {
	return map[string]pair{
		"unreachable": {"Inloggningsservern svarar inte", "The login server does not answer"},
		"late":        {"Inloggningsservern svarar för långsamt", "The login server answers too slowly"},
		"clock-skew":  {"Datorns klocka och inloggningsserverns går olika", "This computer's clock and the login server's differ"},
		"wrong-kdc":   {"Servern som svarar är inte den rätta", "The server that answers is not the right one"},
		"not-mapped":  {"Inloggningsservern känner inte igen kortet", "The login server does not know the card"},
		"revoked":     {"Inloggningsservern säger att kortet är spärrat", "The login server says that the card is revoked"},
		"expired":     {"Kortet eller kontot har gått ut hos inloggningsservern", "The card or the account has expired at the login server"},
		"untrusted":   {"Inloggningsservern litar inte på kortets utfärdare", "The login server does not trust who issued the card"},
		"card-gone":   {"Kortet svarade inte", "The card did not answer"},
		"refused":     {"Inloggningsservern sade nej", "The login server said no"},
		"too-large":   {"Systemets inställningar är fel", "The system's settings are wrong"},
		"malformed":   {"Systemets inställningar är fel", "The system's settings are wrong"},
		"no-program":  {"Ett program som behövs är inte installerat", "A program that is needed is not installed"},
		"no-name":     {"Kortet saknar det namn som systemet behöver", "The card lacks the name that the system needs"},
		"released":    {"Personen har själv avslutat systemet", "The person has ended the system"},
		"idle":        {"Systemet har inte använts på länge", "The system has not been used for long"},
		"absolute":    {"Tiden för systemet är slut", "The time for the system is over"},
	}
}
