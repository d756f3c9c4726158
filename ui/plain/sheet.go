package plain

import (
	"slices"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// longestSheet is how much of a page one window shows, in bytes as they travel: a line to a pinentry holds no more, and
// fewer lines than a small screen has.
const longestSheet, mostLines = 900, 18

// sheet is what one window of a pinentry says and asks.
type sheet struct {
	title, text string
	prompt      string // of a code; empty: none is asked for
	again       string // asks for the same code twice
	differ      string // what is said when the two are not alike
	kinds       []model.FieldKind

	ok, notOK, cancel button
}

// button is what is chosen by a button; the zero one is not there. One without a deed goes on to the next sheet.
type button struct {
	label string
	do    model.Do
}

// plan returns the windows of a screen, one after the other.
func plan(s model.Screen, l text.Lang) []sheet {
	if len(s.Fields) > 0 {
		return asked(s, l)
	}
	return told(s, l)
}

// asked has a window for each code; a new one is asked for twice in one window.
func asked(s model.Screen, l text.Lang) []sheet {
	var all []sheet
	body := strings.Join(lines(s, l), "\n")
	submit, cancel := pick(s, model.DoSubmit), leaving(s)
	for _, f := range s.Fields {
		if last := len(all) - 1; f.Kind == model.FieldTwo && last >= 0 {
			all[last].again, all[last].differ = f.Label, text.Ctl(l, text.CtlPINsDiffer)
			all[last].kinds = append(all[last].kinds, f.Kind)
			continue
		}
		all = append(all, sheet{title: s.Window, text: body, prompt: f.Label + ":", kinds: []model.FieldKind{f.Kind},
			ok: button{label: text.Plain(l, text.PlainNext)}, cancel: cancel})
	}
	all[len(all)-1].ok = submit
	return all
}

// told has as many windows as the page needs. The last one has its buttons.
func told(s model.Screen, l text.Lang) []sheet {
	var all []sheet
	for _, part := range split(lines(s, l)) {
		all = append(all, sheet{title: s.Window, text: part, ok: button{label: text.Plain(l, text.PlainNext)}, cancel: leaving(s)})
	}
	last := &all[len(all)-1]
	others := choices(s)
	switch len(others) {
	case 0:
		last.ok, last.cancel = last.cancel, button{}
	case 1:
		last.ok = others[0]
	default:
		last.notOK, last.ok = others[0], others[1]
	}
	return all
}

// lines is all that a screen says.
func lines(s model.Screen, l text.Lang) []string {
	out := []string{s.Title, ""}
	for _, b := range s.Body {
		if b == text.Screen(l, text.ScreenNumLock) {
			b = text.Plain(l, text.PlainNumLock) // there are no digits on this screen
		}
		out = append(out, b)
	}
	if len(s.Rows) > 0 {
		out = append(out, "")
	}
	for _, r := range s.Rows {
		out = append(out, row(r, l))
	}
	return out
}

// row is a row in words: what it is about, how that is, and what is so.
func row(r model.Row, l text.Lang) string {
	word := map[apitype.Severity]text.PlainWord{apitype.Info: text.PlainGood, apitype.Warning: text.PlainWarning, apitype.Error: text.PlainError}
	value := r.Value
	if w, ok := word[r.Severity]; ok {
		value = text.Plain(l, w) + ". " + value
	}
	if r.Label == "" {
		return value
	}
	return r.Label + ": " + value
}

// split makes parts that one window can show each.
func split(all []string) []string {
	var parts []string
	var part []string
	size := 0
	for _, line := range all {
		if n := cost(line + "\n"); len(part) > 0 && (size+n > longestSheet || len(part) == mostLines) {
			parts, part, size = append(parts, strings.Join(part, "\n")), nil, 0
		}
		part, size = append(part, line), size+cost(line+"\n")
	}
	return append(parts, strings.Join(part, "\n"))
}

// leaving is the button that Esc chooses.
func leaving(s model.Screen) button {
	for _, b := range s.Buttons {
		if b.Cancel {
			return button{b.Label, b.ID}
		}
	}
	return button{}
}

func pick(s model.Screen, do model.Do) button {
	for _, b := range s.Buttons {
		if b.ID == do {
			return button{b.Label, b.ID}
		}
	}
	return button{}
}

// choices are the buttons of a page but the one that leaves it. A pinentry reaches no clipboard.
func choices(s model.Screen) []button {
	var all []button
	for _, b := range s.Buttons {
		if !b.Cancel && b.ID != model.DoCopy {
			all = append(all, button{b.Label, b.ID})
		}
	}
	return all
}

// hidden is how long nothing is to be shown: as long as a screen has no button yet. What ends within that time would
// only come and go.
func hidden(s model.Screen) time.Duration {
	if len(s.Buttons) == 0 || slices.ContainsFunc(s.Buttons, func(b model.Button) bool { return b.After == 0 }) {
		return 0
	}
	return slices.MinFunc(s.Buttons, func(a, b model.Button) int { return int(a.After - b.After) }).After
}
