package text

// PadWord names one sentence or label of the field for a code and its keypad.
type PadWord int

// The sentences and labels.
const (
	PadNumLock PadWord = iota
	PadDigits
	PadFull
	PadNoPaste
	PadEarly
	PadBroken
	PadBack
	PadBackName
	PadClear
	PadShow
	PadHide

	padLast
)

// Pad returns a word of the field for a code.
func Pad(l Lang, w PadWord) string { return padTable()[w].in(l) }

func padTable() map[PadWord]pair {
	return map[PadWord]pair{
		PadNumLock:  {"Tryck på Num Lock och skriv igen.", "Press Num Lock and type again."},
		PadDigits:   {"Koden har bara siffror.", "The code has digits only."},
		PadFull:     {"Så lång är ingen kod. Sudda och skriv igen.", "No code is that long. Clear it and type again."},
		PadNoPaste:  {"Koden går inte att klistra in. Skriv den.", "The code cannot be pasted. Type it."},
		PadEarly:    {"Fönstret kom medan du skrev. Vänta lite och skriv koden från början.", "The window came while you were typing. Wait a moment and type the code from the beginning."},
		PadBroken:   {"Datorn har inget säkert minne kvar. Starta om den.", "The computer has no secure memory left. Restart it."},
		PadBack:     {"⌫", "⌫"},
		PadBackName: {"Sudda en siffra", "Delete one digit"},
		PadClear:    {"Rensa", "Clear"},
		PadShow:     {"Siffror på skärmen", "Digits on the screen"},
		PadHide:     {"Dölj siffrorna", "Hide the digits"},
	}
}
