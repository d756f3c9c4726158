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
