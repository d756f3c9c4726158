package canary

// apiCanaries are those of the local API and its socket.
func apiCanaries() []Canary {
	const room, socket = "agent/localapi", "agent/safesocket"
	return []Canary{
		{"origin", "A page that names its origin gets nothing.", room, in(room, "TestBrowsersAreTurnedAway")},
		{"referer", "A page that names itself gets nothing.", room, in(room, "TestBrowsersAreTurnedAway")},
		{"host", "A request for another host gets nothing.", room, in(room, "TestBrowsersAreTurnedAway")},
		{"api_path", "A path is taken as it was sent or not at all.", room, in(room, "TestRequestsThatAreNotWellFormedAreRefused")},
		{"unknown_fields", "A field that nobody reads refuses the request.", room, in(room, "TestRequestsThatAreNotWellFormedAreRefused")},
		{"body_limit", "A body has 16 KiB at most.", room, in(room, "TestRequestsThatAreNotWellFormedAreRefused")},
		{"api_utf8", "What is not UTF-8 is refused and not made to be.", room, in(room, "TestRequestsThatAreNotWellFormedAreRefused")},
		{"user_connections", "A user has 64 connections at most.", room, in(room, "TestAUserThatFloodsKeepsNobodyElseAway")},
		{"room_for_all", "Many users together keep nobody else away.", room, in(room, "TestManyUsersThatFloodTogetherKeepNobodyElseAway")},
		{"rights", "The rights table decides who may do what.", room, in(room, "TestTheTableIsWhatHappens|TestWhoHasNoRightIsDenied")},
		{"own_account", "A user unlocks the own account only.", room, in(room, "TestAUserAsksForTheOwnAccountOnly")},
		{"bare_view", "Nobody but the holder and who may sees personal data.", room,
			in(room, "TestWhatEachKindOfCallerSees|TestAWatcherSeesOnlyTheOwnDataWhileCardsChange")},
		{"own_rows", "A user sees the own audit rows only.", room, in(room, "TestTheAuditLogIsForHelpdeskAndOwnRowsForTheUser")},
		{"log_readers", "A user reads the audit log four times at once at most.", room, in(room, "TestAUserWhoReadsTheLogAgainAndAgainIsHeldBack")},
		{"unknown_caller", "Whom the kernel does not name has no rights.", room, in(room, "TestACallerWhomTheKernelDoesNotNameHasNoRights")},
		{"early_pin", "A PIN that comes before it was asked for is not used.", room, in(room, "TestAPINThatComesBeforeItWasAskedForIsRefused")},
		{"socket_folder", "The socket is in no folder that others can change.", socket, in(socket, "TestAFolderThatOthersCanWriteToIsRefused")},
		{"socket_squatter", "What others have put in the socket's place stays and stops us.", socket,
			in(socket, "TestWhatIsInTheWayIsLeftAloneUnlessItIsOurDeadSocket")},
		{"socket_in_use", "A socket that somebody serves is not taken over.", socket,
			in(socket, "TestWhatIsInTheWayIsLeftAloneUnlessItIsOurDeadSocket")},
		{"server_owner", "A client speaks only to root's service or its own user's.", socket, in(socket, "TestAServerThatAnotherUserRunsGetsNothing")},
		{"pid_reuse", "A process that has ended is not taken for the one that has its number now.", socket, in(socket, "TestAPeerThatHasEndedIsNotThere")},
	}
}
