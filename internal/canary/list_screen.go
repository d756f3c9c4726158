package canary

// screenCanaries are those of what the tray and the windows show.
func screenCanaries() []Canary {
	const model, widget, plain = "ui/model", "ui/widget", "ui/plain"
	return []Canary{
		{"screen_text", "A name, a code or a row cannot steer a window or the panel.", model,
			in(model, "TestNothingThatOthersWroteSteersTheScreen|TestANameIsShownOnOneBoundedLine")},
		{"screen_holder", "Nobody but the holder is asked for the code of a card.", model, in(model, "TestTheCardOfAnotherIsNotAskedForItsCode")},
		{"screen_last_try", "The last try is asked for before anything is typed.", model, in(model, "TestTheLastTryIsAskedForBeforeAnythingIsTyped")},
		{"pad_forget", "A field that was handed over or given up holds nothing.", widget,
			in(widget, "TestWhatIsTypedIsTakenOnce|TestNoCopyOfACodeStaysInAWindow")},
		{"pad_paste", "A code comes from the clipboard only where that is allowed.", widget, in(widget, "TestACodeIsPastedOnlyWhereThatIsAllowed")},
		{"widget_keep", "What is typed does not wait out of sight for a screen that has its field again.", widget,
			in(widget, "TestWhatIsTypedDoesNotOutliveItsField")},
		{"pad_flow", "What is typed for another window when ours comes is no code.", widget, in(widget, "TestKeysThatWereMeantForAnotherWindowAreNoCode|TestWhoTypesOnWhenTheWindowComesHandsNothingOver")},
		{"plain_stale", "A code that was typed for a card that is gone is not taken from the plain window.", plain,
			in(plain, "TestWhatWasTypedForACardThatIsGoneIsNotHandedOver")},
		{"plain_label", "A name cannot make a key of the plain window's buttons and fields.", plain, in(plain, "TestAnUnderscoreIsNoKeyAndMarkupIsNone")},
	}
}
