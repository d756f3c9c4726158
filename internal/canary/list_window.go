package canary

// windowCanaries are those of the window in which codes are typed.
func windowCanaries() []Canary {
	const dialog, window, deskfile = "ui/dialog", "cmd/siths-window", "internal/deskfile"
	return []Canary{
		{"dialog_stay", "A code goes to the card that it was typed for, and to no other.", dialog, in(dialog, "TestDigitsForOneCardNeverGoToTheNext")},
		{"dialog_once", "While a code is with the service, no other is sent.", dialog, in(dialog, "TestNoSecondCodeIsSentWhileOneIsWithTheService")},
		{"dialog_hold", "Whoever types is not cut off by another screen.", dialog, in(dialog, "TestWhoTypesIsNotCutOff")},
		{"window_sure", "A new code that was not typed twice alike is not sent.", window, in(window, "TestANewCodeIsSentOnlyWhenItWasTypedTwiceAlike")},
		{"window_method", "No input method is handed what is typed.", window, in(window, "TestNoInputMethodIsHandedTheKeys")},
		{"window_pace", "A service that tells of changes all the time does not grow a window.", window, in(window, "TestAFewStatesComeAtOnceAndAFloodOfThemFourASecond")},
		{"window_mate", "Nobody but the person and root has the window show a page.", window, in(window, "TestOnlyThePersonAndRootAreAnsweredByTheWindow")},
		{"desk_folder", "What a program has once in a session is in a folder of the person alone.", deskfile,
			in(deskfile, "TestAFolderThatOthersReachIsNotUsed")},
	}
}
