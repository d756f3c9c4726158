package text

import "siths-agent/agent/apitype"

// Phase returns a short text for where the main job stands. A phase that this version does not know is shown as it is.
func Phase(l Lang, p apitype.Phase) string {
	if t, ok := phaseTexts()[p]; ok {
		return t.in(l)
	}
	return string(p)
}

func phaseTexts() map[apitype.Phase]pair {
	return map[apitype.Phase]pair{
		apitype.NoReader:  {"Ingen kortläsare", "No card reader"},
		apitype.NoCard:    {"Inget kort i kortläsaren", "No card in the card reader"},
		apitype.Reading:   {"Läser kortet …", "Reading the card …"},
		apitype.NeedPIN:   {"Väntar på legitimeringskod (PIN)", "Waiting for the PIN"},
		apitype.Verifying: {"Kontrollerar legitimeringskoden (PIN) …", "Checking the PIN …"},
		apitype.Unlocked:  {"Upplåst", "Unlocked"},
		apitype.Locked:    {"Låst", "Locked"},
		apitype.Refused:   {"Kortet godtas inte", "The card is not accepted"},
	}
}
