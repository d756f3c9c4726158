package canary

// fileCanaries are those of policy and of the audit log.
func fileCanaries() []Canary {
	const policy, audit, trusted = "agent/policy", "agent/audit", "internal/trusted"
	return []Canary{
		{"policy_owner", "Policy and trust that others could have written are refused.", trusted, []Test{
			{Package: trusted, Run: "TestEveryStepOfThePathIsJudged"},
			{Package: policy, Run: "TestFilesThatCannotBePolicyAreRefused|TestALinkIntoAFolderThatOthersMayWriteIsRefused"},
			{Package: "agent/identity", Run: "TestATrustAnchorThatOthersCanChangeIsRefused|TestATrustAnchorBehindAnothersFolderIsRefused"},
		}},
		{"policy_regular", "A pipe or a folder is no policy.", trusted, in(policy, "TestFilesThatCannotBePolicyAreRefused")},
		{"policy_size", "A policy has 256 KiB at most.", policy, in(policy, "TestFilesThatCannotBePolicyAreRefused")},
		{"policy_unknown_key", "A key that nobody reads refuses the policy.", policy, in(policy, "TestEveryBadFileIsRefusedWithALineAKeyAndWhatToDo")},
		{"policy_depth", "A policy of nothing but brackets is refused at once.", policy, in(policy, "TestAFileOfBracketsIsRefusedAtOnce")},
		{"policy_revocation_off", "Policy turns revocation off in the test environment only.", policy,
			in(policy, "TestADropInCanTurnRevocationOffOnlyTogetherWithTheTestEnvironment")},
		{"policy_test_marks", "In production the marks of Inera's test authorities always count.", policy,
			in(policy, "TestProductionCannotForgetInerasTestMarks")},
		{"audit_personnummer", "No personnummer is written into the log.", audit, in(audit, "TestPersonnummerAreHidden|TestEveryTextFieldIsCleaned")},
		{"audit_text", "No text breaks a line of the log or steers a terminal.", audit, in(audit, "TestCharactersThatAreNotPrintedAreSpelledOut")},
		{"audit_card_number", "A card's number is in the log with four digits only.", audit, in(audit, "TestCardNumbersKeepTheirLastFour")},
		{"audit_durable", "A row is on disk before anybody acts on it.", audit, in(audit, "TestAppendSyncsBeforeItReturns")},
		{"audit_chain", "A line that was changed is found.", audit, in(audit, "TestEveryFlippedBitIsFound|TestEveryKindOfDamageIsNamedWithItsLine")},
		{"audit_sequence", "Lines that are missing are found.", audit, in(audit, "TestEveryKindOfDamageIsNamedWithItsLine")},
		{"audit_head", "Lines that are missing at the end are found.", audit, in(audit, "TestACutOffEndIsFoundByVerifyAndToldAtTheNextStart")},
		{"audit_pruned", "Lines that are missing at the beginning are found.", audit, in(audit, "TestAHeadThatSomebodyElseCutOffIsFound")},
		{"audit_clock", "A clock that is set wrong removes no rows.", audit, in(audit, "TestAClockThatJumpsRemovesNothing")},
		{"forward_taken", "A row counts as forwarded when the receiver has read it.", "agent/courier/child", in("agent/courier/child", "TestWhatAReceiverHasNotReadIsNotCounted")},
		{"forward_server", "Rows are forwarded to the receiver that policy names alone.", "agent/courier/child", in("agent/courier/child", "TestAReceiverThatIsNotTheOneThatWasNamedGetsNothing")},
		{"expiry_once", "A warning that a card ends is given once.", "agent/expiry", in("agent/expiry", "TestEachThresholdIsToldOnce")},
		{"forward_cursor", "The cursor moves behind what was taken over, and no further.", "agent/forward", in("agent/forward", "TestWhatIsNotTakenOverIsSentAgain")},
		{"report_people", "A report tells nothing about a system that fewer than five people use.", "agent/report",
			in("agent/report", "TestOfASystemThatFewerThanFivePeopleUseNothingIsTold")},
		{"report_few", "A report tells nothing about fewer than five.", "agent/report", in("agent/report", "TestCellsBelowFiveAreHidden|TestATableOfSmallCellsOnlyIsWithheld")},
		{"diag_admit", "Nothing but known words and short numbers is on the page for support.", "agent/diag", in("agent/diag", "TestNoneOfTwoThousandCanariesIsInABundle|TestNoneOfTwoThousandCanariesComesFromTheMachine")},
		{"diag_within", "A look that hangs does not keep the page.", "agent/diag", in("agent/diag", "TestALookThatHangsIsGivenUp")},
		{"diag_yes", "A bundle is saved after a typed yes only.", "cmd/sithsctl", in("cmd/sithsctl", "TestABundleIsShownBeforeItIsSaved")},
		{"audit_one_writer", "The log has one writer.", audit, in(audit, "TestOneProcessOneWriter")},
		{"audit_file", "A log that is a stranger's, or has a second name, is not written to.", audit, in(audit, "TestWhatIsNoPlainFolderOrFileOfOursIsRefused")},
		{"audit_folder", "A log in a folder that others can change is not opened.", audit, in(audit, "TestWhatIsNoPlainFolderOrFileOfOursIsRefused")},
	}
}
