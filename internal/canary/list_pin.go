package canary

// pinCanaries are those of the PIN: how it is handled, and how often a card sees it.
func pinCanaries() []Canary {
	const token, host, child = "pcsc/token", "pcsc/token/host", "pcsc/token/host/child"
	const secret, client = "internal/secret", "agent/client"
	return []Canary{
		{"pin_form", "What cannot be a PIN is never sent to a card.", token,
			in(token, "TestOnlySixToTwelveDigitsAreAPIN")},
		{"secret_wipe", "A secret is overwritten when it has been used.", secret,
			append(in(secret, "TestWipeLeavesNothingInThePage|TestSetWipesWhatItWasGiven"), Test{Package: "internal/memscan", Run: "TestNoWindowKeepsThePIN", Real: true})},
		{"secret_print", "No fmt verb shows a secret.", secret, in(secret, "TestASecretIsNeverPrintedOrMarshalled")},
		{"secret_marshal", "A secret is never text.", secret, in(secret, "TestASecretIsNeverPrintedOrMarshalled")},
		{"child_pin_wipe", "The child forgets the PIN before it answers.", child, in(child, "TestThePINIsWipedBeforeTheAnswerIsSent")},
		{"puk_once", "A code that was typed for card care is shown to the card once.", child,
			in(child, "TestWhatWasTypedIsShownToTheCardOnce")},
		{"pin_channel", "A client sends the PIN only to who has asked for it.", client, in(client, "TestThePINIsSentOnlyToWhoHasAskedForIt")},
		{"pin_cache", "OpenSC keeps no PIN.", host, in(host, "TestTheChildsSettingsKeepTheCardForItAlone")},
	}
}
