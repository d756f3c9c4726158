// Package look says how a person wants windows to look: dark or light, how much contrast, how large the text.
package look

// The sizes of text that windows are made for, as factors of the ordinary one.
const (
	SmallestText = 1
	LargestText  = 2
)

// Look is how windows look. The zero value is light, with ordinary contrast and text.
type Look struct {
	Dark     bool
	Contrast bool    // black and white, and no colour that carries a meaning alone
	Text     float32 // the size of text as a factor of the ordinary one
}

// Scale returns the factor of the text within its limits: one that was never set is 1.
func (l Look) Scale() float32 {
	if !(l.Text > SmallestText) { // a factor that is not a number neither
		return SmallestText
	}
	return min(l.Text, LargestText)
}
