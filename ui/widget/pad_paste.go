package widget

import "fyne.io/fyne/v2"

// paste takes the digits of the clipboard and empties it, so that the code is not pasted once more, into something else.
// What it cannot wipe is the clipboard's text on its way here (Go's and GLFW's copies of it live until their memory is
// used again), and what the program that it came from and a clipboard manager keep.
func (p *Pad) paste(from fyne.Clipboard) {
	content := from.Content()
	from.SetContent("")
	for i := range len(content) {
		if c := content[i]; c >= '0' && c <= '9' && !p.add(c) {
			p.changed()
			p.tell(HintFull)
			return
		}
	}
	p.changed()
}
