package canary

// identityCanaries are those of who a card's holder is.
func identityCanaries() []Canary {
	const room = "agent/identity"
	return []Canary{
		{"signature", "Only a signature by the key of the certificate proves its holder.", room,
			in(room, "TestOnlyTheCertificatesKeyProvesThePerson")},
		{"chain", "A certificate counts only under a root that policy names.", room,
			in(room, "TestEveryRefusalHasItsCode|TestTheCardsOwnAuthoritiesAreLinksAndNeverRoots")},
		{"authority", "Every link of a chain is an authority with a strong key.", room,
			in(room, "TestEveryLinkMustBeAnAuthorityWithAStrongKey")},
		{"test_hierarchy", "In production no certificate of a test hierarchy is accepted.", room,
			in(room, "TestTheEnvironmentDecidesWhichHierarchyIsAccepted")},
		{"expired", "A certificate whose time is over is refused.", room, in(room, "TestEveryRefusalHasItsCode")},
		{"not_yet_valid", "A certificate whose time has not come is refused.", room, in(room, "TestEveryRefusalHasItsCode")},
		{"loa", "A level of assurance below policy's is refused.", room, in(room, "TestEveryRefusalHasItsCode")},
		{"revocation_required", "Where no list tells, a card is refused.", room, in(room, "TestTheModeDecidesWhatAMissingAnswerMeans")},
		{"ca_revoked", "A revoked authority takes its cards along.", room, in(room, "TestARevokedIssuingAuthorityRevokesItsCards")},
		{"revocation_off", "In production revocation is always checked.", room, in(room, "TestAPolicyThatWouldWeakenTheChecksIsRefused")},
		{"upn_root", "Neither a UPN nor the directory names the superuser.", room, in(room, "TestTheFirstSourceThatKnowsThePersonDecides")},
		{"hsaid_exact", "An HSA-id names an account whole and with its case, or not at all.", room,
			in(room, "TestTheFirstSourceThatKnowsThePersonDecides")},
		{"account_name", "The system's answer must be about the account that was asked for.", room,
			in(room, "TestAnAnswerOfTheSystemThatIsNotTheAccountRefuses")},
		{"shared_root", "The superuser's account is never shared.", room, in(room, "TestTheSuperusersAccountIsNeverShared")},
		{"account_form", "What a shell, a path or a uid could be mistaken for is no account.", room,
			in(room, "TestAccountNamesAreChecked|TestANameThatCannotBeAnAccountsIsNeverAskedFor")},
		{"anchor_root", "Only what signed itself is a root.", room, in(room, "TestOnlyASelfSignedAnchorIsARoot")},
	}
}

// revocationCanaries are those of what is believed about revocation.
func revocationCanaries() []Canary {
	const room, decision = "agent/identity/revocation", "agent/identity"
	return []Canary{
		{"revoked", "A certificate that a list names is refused.", room, in(decision, "TestTheListsDecideWhetherACardIsRevoked")},
		{"revocation_current", "Only a current answer calls a certificate good.", room, in(decision, "TestTheListsDecideWhetherACardIsRevoked")},
		{"crl_signer", "Only the issuer's own lists tell about its certificates.", room, in(decision, "TestTheListsDecideWhetherACardIsRevoked")},
		{"crl_scope", "A list for a part of the certificates is not taken for the whole.", room,
			in(room, "TestAnExtensionThatChangesTheListsMeaningRefusesIt")},
		{"ocsp_signer", "An OCSP answer counts only by the authority, or by whom it has named for that.", room,
			in(room, "TestAnOCSPAnswerThatCannotBeBelievedIsNone")},
		{"ocsp_nonce", "An OCSP answer to another question is none.", room, in(room, "TestAnOCSPAnswerThatCannotBeBelievedIsNone")},
		{"revocation_replay", "A good answer never lifts a revocation of a later time.", room,
			in(room, "TestAnOlderGoodAnswerNeverLiftsARevocation")},
		{"revocation_clock", "Setting the clock back makes no answer younger.", room, in(room, "TestAClockThatIsSetBackStretchesNothing")},
	}
}

// certificateCanaries are those of what a card's certificates say.
func certificateCanaries() []Canary {
	const room = "pcsc/siths"
	return []Canary{
		{"two_hsaids", "A certificate with two HSA-ids identifies nobody.", room, in(room, "TestTwoHSAIDsIdentifyNobody")},
		{"login_certificate", "Only the HSA-id authentication certificate logs in.", room,
			in(room, "TestTheAuthenticationCertificateIsChosenByContent|TestACertificateThatOnlyLooksLikeLoginIsNeverChosen")},
		{"policy_ambiguous", "Policies that contradict each other mean nothing.", room,
			in(room, "TestLookupTakesTheLowestLevelAndRefusesContradiction")},
		{"policy_unknown", "A policy that the table does not have means nothing.", room,
			append(in(room, "TestLookupTakesTheLowestLevelAndRefusesContradiction"), in("agent/identity", "TestEveryRefusalHasItsCode")...)},
		{"personnummer_identity", "A personnummer is no HSA-id.", room, in(room, "TestIdentitiesAreToldByTheirShape|TestANumberThatIsNoHSAIDIsNeverChosen")},
		{"display_text", "A certificate's text cannot steer a terminal or forge a line.", room, in(room, "TestTextIsMadeSafeToShow")},
		{"key_strength", "A key that anybody could sign with proves nothing.", room, in(room, "TestAKeyThatAnybodyCouldSignWithIsRefused")},
		{"roca", "A key of the generator of CVE-2017-15361 proves nothing.", room,
			in(room, "TestAKeyThatAnybodyCouldSignWithIsRefused|TestTheFingerprintOfCVE201715361IsFoundAndNothingElseIs")},
		{"legacy", "A signature that can be forged, and the old structure, are refused with their own code.", room,
			in(room, "TestTheOldStructureIsLegacy")},
		{"malformed", "A certificate that contradicts itself is refused with its own code.", room,
			in(room, "TestACertificateThatContradictsItselfIsMalformed")},
		{"loa_lower", "Where policy and issuer stand for two levels the lower holds.", room,
			in(room, "TestTheIssuerSpeaksOnlyForACertificateWithoutPolicies")},
		{"card_number", "A card's number is never shown whole.", room, in(room, "TestTheCardNumberIsNeverWhole")},
	}
}
