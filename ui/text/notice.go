package text

// ReaderBack returns what is said when a card reader that was gone is there again.
func ReaderBack(l Lang) Text {
	return Text{pair{"Kortläsaren är tillbaka", "The card reader is back"}.in(l),
		pair{"Det går att använda kortet igen.", "The card can be used again."}.in(l)}
}

// NoticeMore returns the label of what a person chooses in a notification to see more.
func NoticeMore(l Lang) string { return pair{"Visa mer", "Show more"}.in(l) }
