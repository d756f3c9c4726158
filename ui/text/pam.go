package text

import (
	"strconv"

	"siths-agent/agent/apitype"
)

// PAMPrompt returns the prompt for the PIN of the card's holder.
func PAMPrompt(l Lang, holder string) string {
	prompt := pair{"Legitimeringskod", "Authentication PIN"}.in(l)
	if holder == "" {
		return prompt + ": "
	}
	return prompt + pair{" för ", " for "}.in(l) + holder + ": "
}

// PAMTriesLeft says how many tries are left before the PIN is blocked.
func PAMTriesLeft(l Lang, tries int) string {
	switch tries {
	case 0:
		return pair{"Inga försök kvar.", "No tries left."}.in(l)
	case 1:
		return pair{"Ett försök kvar.", "One try left."}.in(l)
	}
	return strconv.Itoa(tries) + pair{" försök kvar.", " tries left."}.in(l)
}

// PAMLastTry asks whether to spend the last try. The answer that means yes is PAMYes.
func PAMLastTry(l Lang) string {
	return pair{
		"Ett försök kvar. Fel kod låser kortets legitimeringskod. Skriv ja för att försöka ändå: ",
		"One try left. A wrong PIN blocks the card. Type yes to try anyway: ",
	}.in(l)
}

// PAMYes is the word that agrees to PAMLastTry.
func PAMYes(l Lang) string { return pair{"ja", "yes"}.in(l) }

// PAMProblem puts a problem on one line, as login programs show it. After a wrong PIN it says the tries left where
// the card tells (tries is not nil).
func PAMProblem(l Lang, code apitype.Code, tries *int) string {
	t := Problem(l, code)
	if code == apitype.PINWrong && tries != nil {
		return t.Headline + ". " + PAMTriesLeft(l, *tries)
	}
	return t.Headline + ". " + t.Action
}
