package canary

// identityCanaries are those of who a card's holder is.
func identityCanaries() []Canary {
	const room = "agent/identity"
	return []Canary{
		{"signature", "Only a signature by the key of the certificate proves its holder.", room,
			in(room, "TestOnlyTheCertificatesKeyProvesThePerson")},
	}
}
