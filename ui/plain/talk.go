package plain

import (
	"errors"
	"strings"

	"siths-agent/internal/secret"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// longestCode is the longest code that is taken from a pinentry, in bytes: what a card takes is shorter.
const longestCode = 64

// typed is what was typed, by its field.
type typed map[model.FieldKind]*secret.Buffer

// close wipes all of it.
func (t typed) close() {
	for _, b := range t {
		_ = b.Close() // it is wiped, whatever becomes of the page
	}
}

// session is a conversation about one screen with one pinentry.
type session struct {
	wire
	lang  text.Lang
	codes typed
}

// run shows the sheets one after the other, and returns what was chosen on the last, or in between to leave.
func (s *session) run(sheets []sheet) (model.Do, error) {
	if err := s.answer(nil); err != nil { // its greeting
		return "", err
	}
	if err := s.settings(); err != nil {
		return "", err
	}
	for i := 0; i < len(sheets); {
		do, err := s.show(sheets[i])
		switch {
		case err != nil, do != "":
			return do, err
		case !s.missing(sheets[i]):
			i++
		}
	}
	return "", errLine // the last sheet has a deed for every button
}

// settings are those of the whole conversation. What a pinentry does not know it has no need of. Neither a cache for
// codes nor a terminal is offered.
func (s *session) settings() error {
	for _, o := range [][2]string{
		{"OPTION", "grab"}, // the keyboard is ours alone while a code is typed
		{"OPTION", "default-tt-visi=" + text.Plain(s.lang, text.PlainShow)},
		{"OPTION", "default-cf-visi=" + text.Plain(s.lang, text.PlainShowSure)},
		{"OPTION", "default-tt-hide=" + text.Plain(s.lang, text.PlainHide)},
		{"SETKEYINFO", "--clear"},
	} {
		if err := s.tell(o[0], o[1]); err != nil {
			return err
		}
	}
	return nil
}

// show shows one sheet. No deed: it goes on.
func (s *session) show(sh sheet) (model.Do, error) {
	for _, set := range [][2]string{{"SETTITLE", sh.title}, {"SETDESC", plainly(sh.text)}, {"SETPROMPT", label(sh.prompt)},
		{"SETOK", label(sh.ok.label)}, {"SETNOTOK", label(sh.notOK.label)}, {"SETCANCEL", label(sh.cancel.label)}} {
		if set[1] == "" {
			continue
		}
		if err := s.tell(set[0], set[1]); err != nil {
			return "", err
		}
	}
	if sh.prompt != "" {
		return s.get(sh)
	}
	return s.choose(sh)
}

// plainly keeps a text from being taken for markup where a pinentry guesses.
func plainly(s string) string { return strings.NewReplacer("<", "‹", ">", "›").Replace(s) }

// get asks for a code, twice where the sheet says so.
func (s *session) get(sh sheet) (model.Do, error) {
	if err := s.repeat(sh); err != nil {
		return "", err
	}
	code, err := secret.New(longestCode)
	if err != nil {
		return "", err
	}
	err = s.ask("GETPIN", "", code)
	if leaves(err) {
		return sh.cancel.do, code.Close()
	}
	if errors.Is(err, secret.ErrTooLong) || errors.Is(err, errLongLine) { // a key that was held down: it is asked again
		err = errReplaced
	}
	if err != nil {
		return "", errors.Join(err, code.Close())
	}
	return sh.ok.do, s.keep(sh.kinds, code)
}

// repeat has the pinentry ask twice.
func (s *session) repeat(sh sheet) error {
	if sh.again == "" {
		return nil
	}
	return errors.Join(s.ask("SETREPEAT", sh.again+":", nil), s.tell("SETREPEATERROR", sh.differ))
}

// keep keeps a code for each of its fields.
func (s *session) keep(kinds []model.FieldKind, code *secret.Buffer) error {
	for _, k := range kinds[1:] {
		second, err := secret.New(longestCode)
		if err != nil {
			return err
		}
		for _, c := range code.Bytes() {
			if err := second.Append(c); err != nil {
				return err
			}
		}
		s.codes[k] = second
	}
	s.codes[kinds[0]] = code
	return nil
}

// missing says whether a sheet asked for a code and got none.
func (s *session) missing(sh sheet) bool {
	return len(sh.kinds) > 0 && s.codes[sh.kinds[0]].Len() == 0
}

// choose shows a sheet that asks for no code.
func (s *session) choose(sh sheet) (model.Do, error) {
	name, option := "CONFIRM", ""
	if sh.cancel == (button{}) {
		option = "--one-button"
	}
	err := s.ask(name, option, nil)
	var no *refused
	switch {
	case err == nil:
		return sh.ok.do, nil
	case sh.notOK.label != "" && errors.As(err, &no) && no.code == codeNotConfirmed:
		return sh.notOK.do, nil
	case leaves(err) && sh.cancel == (button{}):
		return sh.ok.do, nil // its only button
	case leaves(err):
		return sh.cancel.do, nil
	}
	return "", err
}

// leaves says whether a person has chosen to go no further: by the button, with Esc, or by closing the window.
func leaves(err error) bool {
	var no *refused
	return errors.As(err, &no) && (no.code == codeCanceled || no.code == codeFullyCanceled || no.code == codeNotConfirmed)
}
