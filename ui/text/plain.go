package text

// PlainWord names one sentence or label of the windows that need no OpenGL.
type PlainWord int

// The sentences and labels.
const (
	PlainNumLock PlainWord = iota
	PlainNext
	PlainShow
	PlainShowSure
	PlainHide
	PlainGood
	PlainWarning
	PlainError

	plainLast
)

// Plain returns a word of the windows that need no OpenGL.
func Plain(l Lang, w PlainWord) string { return plainTable()[w].in(l) }

func plainTable() map[PlainWord]pair {
	return map[PlainWord]pair{
		PlainNumLock:  {"Händer inget när du skriver: tryck på Num Lock.", "If nothing happens when you type, press Num Lock."},
		PlainNext:     {"Nästa", "Next"},
		PlainShow:     {"Visa koden på skärmen", "Show the code on the screen"},
		PlainShowSure: {"Ska koden synas på skärmen? Den som står bredvid kan läsa den.", "Show the code on the screen? Whoever stands near can read it."},
		PlainHide:     {"Dölj koden", "Hide the code"},
		PlainGood:     {"Bra", "Good"},
		PlainWarning:  {"Varning", "Warning"},
		PlainError:    {"Fel", "Fault"},
	}
}
