package canary

// residentCanaries are those of what stands in the panel all day.
func residentCanaries() []Canary {
	const resident, notify, tray = "ui/resident", "ui/notify", "cmd/siths-tray"
	return []Canary{
		{"resident_locked", "No window opens by itself on a locked desktop.", resident,
			in(resident, "TestNothingOpensByItselfOnALockedDesktop|TestTheServicesOwnLockIsWaitedFor")},
		{"tray_environment", "Nothing of a person's environment makes a window load code.", tray, in(tray, "TestOnlyWhatAWindowNeedsIsPassedOn")},
		{"resident_nameless", "A notification is made of what tells of nobody.", resident, in(resident, "TestANoticeIsMadeOfWhatTellsOfNobody")},
		{"notice_markup", "A text in a notification is shown as it is written.", notify, in(notify, "TestMarkupIsEscapedWhereTheServerTakesIt")},
	}
}
