package canary

// directoryCanaries are those of what a directory says about a person.
func directoryCanaries() []Canary {
	const room, filter = "agent/identity/directory", "internal/ldapfilter"
	return []Canary{
		{"ldap_escape", "No HSA-id changes what a directory is asked.", filter, in(filter, "TestNoHSAIDChangesWhatIsAskedFor")},
		{"ldap_exact", "A directory's entry has to hold exactly the HSA-id of the card.", room, in(room, "TestOneEntryWithOneNameIsThePersonsAccount")},
		{"ldap_several", "Where a directory has two entries, nobody is the person.", room, in(room, "TestOneEntryWithOneNameIsThePersonsAccount")},
		{"ldap_age", "A directory's last answer counts only until its age, whatever the clock is set to.", room,
			in(room, "TestTheLastAnswerCountsUntilItsAge|TestTimeThatHasBeenSeenCountsAfterAClockSetBack")},
		{"ldap_secret", "A secret that others can read is not used.", room, in(room, "TestASecretIsTwoLinesThatNobodyElseCanRead")},
		{"ldap_server", "Only the directory that policy names is asked.", "agent/courier/child",
			in("agent/courier/child", "TestADirectoryThatPolicyDoesNotMeanIsNotAsked")},
	}
}
