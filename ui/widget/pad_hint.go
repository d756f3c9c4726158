package widget

import "siths-agent/ui/text"

// PadHint is what a Pad wants to tell who types.
type PadHint int

// The hints.
const (
	HintNone    PadHint = iota
	HintNumLock         // keys of the numeric block come without digits: Num Lock is off
	HintDigits          // a key that is no digit
	HintFull            // no more digits fit
	HintPaste           // a code cannot be pasted here
	HintEarly           // what is typed was begun before the window came
	HintBroken          // there is no memory for a code
)

// hinted is a hint in words.
func hinted(l text.Lang, h PadHint) string {
	word, ok := map[PadHint]text.PadWord{HintNumLock: text.PadNumLock, HintDigits: text.PadDigits, HintFull: text.PadFull,
		HintPaste: text.PadNoPaste, HintEarly: text.PadEarly, HintBroken: text.PadBroken}[h]
	if !ok {
		return ""
	}
	return text.Pad(l, word)
}

// or is a hint, unless the pad can take no code at all.
func (p *Pad) or(h PadHint) PadHint {
	if p.err != nil {
		return HintBroken
	}
	return h
}
