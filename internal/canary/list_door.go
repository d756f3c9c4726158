package canary

// doorCanaries are those of the login screen's door, of the command line, and of the desktop.
func doorCanaries() []Canary {
	const helper, ctl, unlock = "cmd/siths-pam", "cmd/sithsctl", "agent/unlock"
	return []Canary{
		{"pam_result", "No problem is a success to PAM.", helper,
			in(helper, "TestWhatIsNoProblemOfTheContractIsASystemError|TestEveryProblemCodeHasAResultAndNoneIsSuccess")},
		{"pam_account", "The card lets in nobody but its holder.", helper, in(helper, "TestNoOtherAccountThanTheOneAskedForComesOut")},
		{"pam_last_try", "PAM spends the last try only after a yes.", helper, in(helper, "TestTheLastTryIsSpentOnlyAfterAnExplicitYes")},
		{"pam_text", "A holder's name cannot rewrite the login screen.", helper, in(helper, "TestNothingThatCouldRewriteTheScreenIsShown")},
		{"ctl_text", "A holder's name cannot steer a terminal.", ctl, in(ctl, "TestCleanLeavesNothingThatSteersATerminal")},
		{"ctl_exit", "No problem is a success to a script.", ctl, in(ctl, "TestAnUnknownCodeIsAFailureAndNeverSuccess")},
		{"bus_sender", "Only the login manager's own signals are followed.", unlock, in(unlock, "TestASignalOfAnybodyElseIsNotFollowed")},
		{"session_owner", "A caller is never given another user's session.", unlock, in(unlock, "TestSessionOfIsNeverAnotherUsersSession")},
		{"bus_environment", "A caller with fewer rights does not choose the bus.", unlock,
			in(unlock, "TestTheEnvironmentNamesTheBusUnlessWeHaveMoreRightsThanTheCaller")},
		{"lock_events", "No lock is forgotten, however slow the reader.", unlock, in(unlock, "TestQueueForgetsNoLockEvenWhenThereAreTooMany")},
	}
}

// moduleCanaries are those of the PAM module itself, which is C: its tests compile it with the tag as a macro.
func moduleCanaries() []Canary {
	const room, tests = "cmd/pam_siths", "cmd/pam_siths/pamtest"
	return []Canary{
		{"pam_exit_status", "Only exit status 0 of the helper makes a success.", room, in(tests, "TestOnlyExitStatusZeroMakesASuccess")},
		{"pam_code", "A result that is in no table is neither success nor PAM_IGNORE.", room, in(tests, "TestEachResultLetterIsItsPAMCode")},
		{"pam_helper_owner", "A helper that others can change is not started.", room, in(tests, "TestAHelperThatOthersCanChangeIsNotStarted")},
		{"pam_user_name", "A user name that is no name is refused.", room, in(tests, "TestAUserNameThatIsNoNameIsRefusedBeforeTheHelperRuns")},
		{"pam_same_user", "A user that is changed during the prompt is refused.", room,
			in(tests, "TestAUserThatTheApplicationChangesDuringThePromptIsRefused")},
		{"pam_same_account", "The card of another lets nobody in.", room, in(tests, "TestEachResultLetterIsItsPAMCode")},
		{"pam_proof", "The account phase passes nobody whom the card has not proved.", room,
			in(tests, "TestEachPhaseAnswersAsThePAMGuideAsks|TestAnAccountStackRefusesWhomTheCardDidNotProve")},
	}
}
