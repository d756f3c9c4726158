package canary

// childCanaries are those of the process that holds a card, and of the readers.
func childCanaries() []Canary {
	const host, child, pcsc, courier, confine = "pcsc/token/host", "pcsc/token/host/child", "pcsc", "agent/courier/child", "internal/confine"
	return []Canary{
		{"card_exclusive", "Nobody else gets to a card that has had the PIN.", host,
			append(in(host, "TestTheChildsSettingsKeepTheCardForItAlone"), onStack("TestNobodyElseGetsToTheCardThatHasHadThePIN"))},
		{"card_reset", "A card that is let go of forgets the PIN.", host, in(host, "TestTheChildsSettingsKeepTheCardForItAlone")},
		{"dumpable", "Nobody but root looks into our processes.", "internal/harden",
			[]Test{{Package: "internal/memscan", Run: "TestWhoRunsAProcessOfOursCannotLookIntoIt", Real: true}}},
		{"settings_sealed", "Nobody changes the child's settings.", host, in(host, "TestNobodyCanChangeTheSettingsAfterwards")},
		{"frame_limit", "A frame of the pipe has a mebibyte at most.", host, in(host, "TestAFrameLongerThanTheLimitIsRefusedBeforeItIsRead")},
		{"child_user", "The child of root runs as somebody without rights.", confine, in(host, "TestAChildGetsNothingThatItDoesNotNeed")},
		{"child_network", "The child has no network.", host, in(host, "TestAChildGetsNothingThatItDoesNotNeed")},
		{"child_environment", "The child gets none of our environment.", host, in(host, "TestAChildGetsNothingThatItDoesNotNeed")},
		{"child_files", "The child gets none of our descriptors.", confine, in(host, "TestAChildGetsNothingThatItDoesNotNeed")},
		{"child_deadline", "A card that does not answer is given up in time.", host, in(host, "TestAChildThatDoesNotKeepToTheProtocolIsKilled")},
		{"module_folder", "A module's name leads out of no folder of the system.", child, in(child, "TestOnlyBareNamesAreLookedUpInTheSystemsFolders")},
		{"pin_token", "The PIN goes to the token of the key that logs in.", child,
			append(in(child, "TestOnlyTheTokenOfTheKeyGetsThePIN"), onStack("TestAWrongPINForACardOfTwoTokensCostsOneTryOfThatPIN"))},
		{"slot_unnamed", "A token that names no reader is taken only when one card is in.", child, in(child, "TestATokenThatNamesNoReaderIsTakenForTheOnlyCard")},
		{"login_remembered", "A login that a module remembers is proved by the card.", child,
			[]Test{onStack("TestACardOfTwoTokensThatChangesUnseenLocks")}},
		{"fetch_limit", "A body over its limit is refused.", courier, in(courier, "TestABodyOverTheLimitIsRefused|TestTwoHundredMegabytesAreNotTaken")},
		{"fetch_deadline", "A server cannot take more time than it is given.", courier, in(courier, "TestAServerThatSaysAByteNowAndThenIsLate")},
		{"errand_asker", "Only root and the service's user put questions to a child with a network.", "agent/errand", in(courier, "TestAStrangerGetsNoAnswer")},
		{"card_swap", "A card that is swapped between two looks is another card.", pcsc, in(pcsc, "TestTrackerTellsWhatChangedBetweenTwoLooks")},
	}
}
