package canary

// ssoCanaries are those of single sign-on, from the card's key to who may have it sign.
func ssoCanaries() []Canary {
	const child, agent, room, caller, setup = "pcsc/token/host/child", "agent", "agent/broker", "agent/broker/caller", "agent/broker/browser/setup"
	const p11, rpc, ssh, labels = "agent/broker/p11", "agent/broker/p11/rpc", "agent/broker/ssh", "internal/stack/labels"
	return append(cutCanaries(), []Canary{
		{"use_proved", "A key signs for programs only once its own PIN was given, and the one for signatures never.", child,
			in(child, "TestNoKeySignsDigestsThatHasNotTakenItsPIN")},
		{"sso_life", "What is released to a login ends with it, whatever ends it.", agent, in(agent, "TestWhatWasReleasedEndsWithTheLoginWhen")},
		{"sso_user", "A login serves no other user's programs.", room, in(room, "TestWhoGetsWhatARuleReleases")},
		{"sso_program", "Only the programs that a rule names get what it releases.", room,
			in(room, "TestWhoGetsWhatARuleReleases|TestADeniedProgramIsToldWhyAndOneRowTellsIt")},
		{"sso_tier", "A rule's tier and label are what the kernel says.", room, in(room, "TestWhoGetsWhatARuleReleases")},
		{"sso_alive", "A grant of a login that has ended signs nothing.", room,
			in(room, "TestAGrantEndsWithItsLogin|TestAFormerLoginEndsWhenAnotherOpens")},
		{"sso_verify", "No signature is released that is not by the card's key.", room, in(room, "TestASignatureByAnotherKeyIsNotReleased")},
		{"sso_budget", "A program has so many signatures a minute.", room, in(room, "TestAProgramHasItsSignaturesAMinuteAndNoMore")},
		{"sso_systems_link", "A business system's file is no link to elsewhere.", room + "/system",
			in(room+"/system", "TestGoodFilesCountWhateverIsWrongWithOthers")},
		{"caller_again", "A process that has become another program is not the caller any more.", caller,
			in(caller, "TestACallerThatBecomesAnotherProgramIsRefused")},
		{"caller_path", "A path is a program's name only where it leads to that very file.", caller,
			in(caller, "TestAProgramOfTheSameNameInAContainerIsAnother")},
		{"caller_label", "A label counts where the kernel keeps the program to it.", caller,
			append(in(caller, "TestALabelCountsWhereTheKernelKeepsAProgramToItAlone"), in(labels, "TestALabelThatAnyProgramCouldHaveTakenCountsForNothing")...)},
		{"caller_kept", "A label counts where the kernel keeps other programs from taking it.", caller,
			in(labels, "TestALabelThatAnyProgramCouldHaveTakenCountsForNothing")},
		{"consent_proof", "A click is no yes where the card's code is wanted.", "agent/broker/consent",
			in("agent/broker/consent", "TestAClickIsNoYesWhereTheCodeIsWanted")},
		{"consent_strictest", "A rule that asks the person is not undone by another for the same program.", room,
			in(room, "TestTheStrictestRuleAsksForAll")},
		{"consent_enter", "A hasty Enter lets no program use the card.", "ui/model", []Test{
			{Package: "ui/dialog", Run: "TestEnterIsANoAndEscIsToo"}}},
		{"consent_pin", "A code that the card has not taken is no yes.", "agent", in("agent", "TestTheCodeIsAYesAndAClickIsNone")},
		{"caller_hash", "The service reads no program that users can write.", caller, in(caller, "TestAProgramThatOthersCouldWriteIsNotRead")},
		{"sso_origin", "No name of a server gets more into a browser's settings than itself.", setup,
			in(setup, "TestAServerNameCannotBreakOutOfABrowsersSettings")},
		{"door_user", "A virtual card, and an ssh socket, is for the programs of its own user.", "agent/broker/door", in("agent/broker/door", "TestAnotherUserIsShownOut")},
		{"socket_accepted", "What the last service has left is taken up only where it came in.", "agent/safesocket",
			in("agent/broker/door", "TestWhatIsLeftAtADoorIsCheckedAsItWereNew")},
		{"p11_go_on", "A program that goes on over a restart is the one that it was, and its sessions and keys of before are nothing.", p11,
			in(p11, "TestTheStockModuleOutlivesTheService|TestAProgramThatBecameAnotherOverARestartGetsNothing")},
		{"p11_epoch", "What a program holds of one login is nothing in the next.", p11, in(p11, "TestASessionEndsWithItsLogin")},
		{"p11_again", "Each signature asks anew which program it is for.", p11, in(p11, "TestAProgramThatHasBecomeAnotherGetsNoSignature")},
		{"p11_digest_info", "What a program has hashed is signed as a digest with its name, or not at all.", p11,
			in(p11, "TestOnlyADigestWithItsNameIsSigned")},
		{"p11_frame_limit", "A message to the virtual card has a mebibyte at most.", rpc,
			in(rpc, "TestAFrameThatIsTooLongIsRefusedBeforeItIsRead")},
		{"p11_attributes", "A short question to the virtual card has no endless answer.", rpc,
			in(p11, "TestAQuestionHasNoAnswerOfHundredsOfMegabytes")},
		{"p11_hosts", "A system that names its servers is not to be had where nobody can tell which server it is for.", p11,
			in(p11, "TestASystemThatNamesItsServersIsNotToBeHadThroughTheCard")},
		{"ssh_host", "The card logs in with ssh at the servers of the rule only.", ssh, in(ssh, "TestTheCardLogsInWhereTheRuleSays")},
		{"ssh_proof", "A server is the one that has proved its key in this session.", ssh, in(ssh, "TestTheCardLogsInWhereTheRuleSays")},
		{"ssh_login", "An ssh socket has the card's key sign logins and nothing else.", ssh,
			in(ssh, "TestALoginIsSignedWithSHA2AndNothingElseIs")},
	}...)
}

// cutCanaries are those of what is ended in browsers.
func cutCanaries() []Canary {
	const cut, child = "agent/broker/browser/cut", "agent/sever/child"
	return []Canary{
		{"sso_cut", "A browser forgets its connections when the card leaves.", cut, in(cut, "TestTheEndOfALoginCutsItsPersonsBrowsers")},
		{"sso_cut_owner", "No other person's browser is touched when a card leaves.", cut,
			in(cut, "TestOnlyThePersonsOwnNetworkProcessesOfTheBrowsersThatARuleNamesAreEnded")},
		{"sso_sever", "A browser that holds its connections itself loses them when the card leaves.", cut,
			in(cut, "TestTheConnectionsOfThePersonsFirefoxAreNamedAndNobodyElses")},
		{"sever_user", "No connection but the person's is ended.", child,
			in(child, "TestOnlyTheConnectionsThatAreNamedAndThePersonsAreEnded")},
	}
}
