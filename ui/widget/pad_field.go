package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"siths-agent/ui/text"
)

// NewField returns a pad with its label above it, and below it a line that tells why a key made no digit. What o.Hint is
// told besides is the caller's.
func NewField(o PadOptions, l text.Lang) (*Pad, fyne.CanvasObject) {
	label := widget.NewLabelWithStyle(o.Label, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	hint := widget.NewLabel("")
	label.Wrapping, hint.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	hint.Importance = widget.WarningImportance
	next := o.Hint
	o.Hint = func(h PadHint) {
		hint.SetText(hinted(l, h))
		if next != nil {
			next(h)
		}
	}
	p := NewPad(o)
	if p.Err() != nil {
		hint.SetText(text.Pad(l, text.PadBroken))
	}
	return p, container.NewVBox(label, p, hint)
}

func hinted(l text.Lang, h PadHint) string {
	switch h {
	case HintNumLock:
		return text.Pad(l, text.PadNumLock)
	case HintDigits:
		return text.Pad(l, text.PadDigits)
	case HintFull:
		return text.Pad(l, text.PadFull)
	case HintPaste:
		return text.Pad(l, text.PadNoPaste)
	}
	return ""
}
