package canary

// ssoCanaries are those of single sign-on, from the card's key to who may have it sign.
func ssoCanaries() []Canary {
	const child = "pcsc/token/host/child"
	return []Canary{
		{"use_proved", "A key signs for programs only once its own PIN was given, and the one for signatures never.", child,
			in(child, "TestNoKeySignsDigestsThatHasNotTakenItsPIN")},
	}
}
