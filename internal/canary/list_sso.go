package canary

// ssoCanaries are those of single sign-on, from the card's key to who may have it sign.
func ssoCanaries() []Canary {
	const child, room = "pcsc/token/host/child", "agent/broker"
	return []Canary{
		{"use_proved", "A key signs for programs only once its own PIN was given, and the one for signatures never.", child,
			in(child, "TestNoKeySignsDigestsThatHasNotTakenItsPIN")},
		{"sso_user", "A login serves no other user's programs.", room, in(room, "TestWhoGetsWhatARuleReleases")},
		{"sso_program", "Only the programs that a rule names get what it releases.", room,
			in(room, "TestWhoGetsWhatARuleReleases|TestADeniedProgramIsToldWhyAndOneRowTellsIt")},
		{"sso_tier", "A rule's tier and label are what the kernel says.", room, in(room, "TestWhoGetsWhatARuleReleases")},
		{"sso_alive", "A grant of a login that has ended signs nothing.", room,
			in(room, "TestAGrantEndsWithItsLogin|TestAFormerLoginEndsWhenAnotherOpens")},
		{"sso_verify", "No signature is released that is not by the card's key.", room, in(room, "TestASignatureByAnotherKeyIsNotReleased")},
		{"sso_budget", "A program has so many signatures a minute.", room, in(room, "TestAProgramHasItsSignaturesAMinuteAndNoMore")},
	}
}
