package canary

// sessionCanaries are those of the rules: what happens next.
func sessionCanaries() []Canary {
	const room = "agent/session"
	return []Canary{
		{"lock_on_removal", "A login ends when its card leaves.", room,
			in(room, "TestTheMainJob|TestOfTwoCardsOnlyTheOneThatLoggedInCounts")},
	}
}
