package canary

// sessionCanaries are those of the rules: what happens next.
func sessionCanaries() []Canary {
	const room = "agent/session"
	return []Canary{
		{"lock_on_removal", "A login ends when its card leaves.", room,
			append(in(room, "TestTheMainJob|TestOfTwoCardsOnlyTheOneThatLoggedInCounts"), onStack("TestTakingTheCardOutLocksTheDesktop"))},
		{"drop_on_lock", "A lock makes the card forget its PIN.", room, in(room, "TestALockKeepsTheCardAndForgetsItsPIN")},
		{"stale_child", "What an older child reports changes nothing.", room, in(room, "TestEventsOfAnOlderChildChangeNothing")},
		{"stale_attempt", "What becomes of an older PIN changes nothing.", room, in(room, "TestTheRulesHoldOverAMillionRandomEvents")},
		{"pin_for_card", "A PIN goes to no card but the one that it was given for.", room, in(room, "TestAPINIsRefusedBeforeTheCardWhen")},
		{"login_card", "A card that comes does not take the place of the one that has opened.", room,
			in(room, "TestOfTwoCardsOnlyTheOneThatLoggedInCounts")},
		{"one_pin", "One PIN at a time goes to a card, once.", room, in(room, "TestAPINIsRefusedBeforeTheCardWhen")},
		{"row_before_unlock", "Nothing opens before its row is on disk.", room, in(room, "TestWithoutADurableAuditRowNothingUnlocks")},
		{"pin_account", "A card opens no account but its holder's.", room, in(room, "TestAPINIsRefusedBeforeTheCardWhen")},
		{"last_try", "The last try is spent only after a yes.", room, in(room, "TestTheLastTryIsSpentOnlyAfterAYes")},
		{"blocked", "No PIN goes to a blocked card.", room, in(room, "TestAPINIsRefusedBeforeTheCardWhen")},
		{"heartbeat", "A card that is another than it was locks.", room, in(room, "TestAHeartbeatThatFindsAnotherCardLocks")},
		{"wrong_pin_locks", "A wrong PIN under an open login locks.", room, in(room, "TestAWrongPINWhileUnlockedLocks")},
		{"claim_expires", "An answer that nobody fetches in time opens nothing.", room,
			append(in(room, "TestAnAnswerThatNobodyFetchesResetsTheCard"), in("agent", "TestAnAnswerThatNobodyFetchesInTimeOpensNothing")...)},
		{"relock", "What is opened without the card is locked again.", room, in(room, "TestASessionThatIsOpenedWithoutTheCardIsLockedAgain")},
		{"care_opens", "A PIN that was changed opens nothing.", room, in(room, "TestAChangedPINOpensNothing")},
		{"care_kept", "A login ends when its card forgets the PIN in a change.", room,
			in(room, "TestALoginStaysWhenItsPINIsChangedAndEndsWhenTheCardForgetsIt")},
		{"grace_deadline", "A desktop whose card was pulled is locked when its grace is over.", room,
			in(room, "TestADesktopOutlivesItsCardForTheGraceAndNothingElseDoes|TestAtTheEndOfTheGraceAPINUnderWayIsTooLate")},
		{"grace_pin", "A card that is put in again ends no countdown without its PIN.", room,
			in(room, "TestACardThatIsBackWithoutAPINPutsNothingOff")},
		{"holder_clears", "A shared desktop opens for another holder only when it is cleared.", room,
			in(room, "TestAnotherHolderOfASharedDesktopWaitsUntilItIsCleared")},
		{"idle_lock", "A desktop that nobody uses is locked.", room, in(room, "TestAnIdleDesktopIsLockedAndItsCardForgetsThePIN")},
		{"service_down", "When the readers' service goes, its cards go too.", room, in(room, "TestWhenTheServiceGoesEveryCardGoesWithIt")},
	}
}

// agentCanaries are those of what the agent does about it.
func agentCanaries() []Canary {
	const room, memory = "agent", "agent/memory"
	return []Canary{
		{"ticket_caller", "An unlock is good for who has begun it.", room, in(room, "TestATicketIsBoundToItsCallerAndItsCard")},
		{"ticket_card", "An unlock is good while its card stays in.", room, in(room, "TestATicketIsBoundToItsCallerAndItsCard")},
		{"ticket_expires", "An unlock is good for two minutes.", room, in(room, "TestAPromptThatStandsTooLongHasToBeBegunAnew")},
		{"ticket_once", "An unlock takes one PIN.", room, in(room, "TestATicketIsGoodOnce")},
		{"own_card", "Nobody gives the PIN of another's card.", room,
			append(in(room, "TestAUserUnlocksTheOwnSessionAndNobodyElses"), onStack("TestAnotherUserCannotSpendThePINsTries"))},
		{"statement_signed", "Nothing opens without the card's signature over our statement.", room,
			append(in(room, "TestACardThatIsNotAcceptedAtThePINOpensNothing"), onStack("TestACloneIsFoundOutByItsKey"))},
		{"fresh_nonce", "No two statements have the same nonce.", room, in(room, "TestTheCardSignsAFreshStatementThatNamesEverything")},
		{"statement_binding", "A statement names machine, session, caller, account and insertion.", room,
			in(room, "TestTheCardSignsAFreshStatementThatNamesEverything")},
		{"judged_anew", "A card is judged anew at the PIN.", room, in(room, "TestACardThatIsNotAcceptedAtThePINOpensNothing")},
		{"rejudged", "A card that is revoked while it is in locks.", room, in(room, "TestACardThatIsRevokedWhileItIsInLocks")},
		{"owed_lock", "A lock that found no login manager is done when there is one.", room,
			in(room, "TestALockThatFoundNobodyToDoItIsDoneWhenTheLoginManagerAppears")},
		{"lock_retry", "A lock is tried until it works.", room, in(room, "TestALockIsTriedUntilItWorks")},
		{"sleep_lock", "The machine sleeps only when it is locked.", room, in(room, "TestTheMachineSleepsOnlyWhenItIsLocked")},
		{"stop_lock", "A service that stops leaves the desktop locked.", room, in(room, "TestTheAgentEndsLockedAndInTime")},
		{"restart_lock", "What a crash left open is locked at the next start.", room, in(room, "TestWhatACrashLeftOpenIsLockedAtTheNextStart")},
		{"refusal_queue", "Refusals do not keep the disk from an unlock.", room, in(room, "TestRefusalsDoNotKeepTheDiskFromAnUnlock")},
		{"refusal_rows", "The refusals of one user do not fill the disk.", room, in(room, "TestAUserWhoIsRefusedForEverFillsNoDisk")},
		{"own_session", "Another user's session changes nothing.", room, in(room, "TestAnotherUsersLockChangesNothing")},
		{"memory_file", "A record that others could have written is not believed.", memory,
			in(memory, "TestAFileThatOthersCouldHaveWrittenIsNotBelieved")},
	}
}
