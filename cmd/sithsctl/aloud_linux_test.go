package main

import (
	"strings"
	"testing"
	"unicode"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// TestATerminalCanBeReadAloud: a screen reader or a Braille line reads lines from top to bottom. Nothing moves the cursor,
// nothing is told by a colour, and what there is to know of the tries is said in words.
func TestATerminalCanBeReadAloud(t *testing.T) {
	wrong := `{"ok":false,"tries":2,"problem":{"code":"pin.wrong","severity":"warning","retry":"now"}}`
	tries := text.PAMTriesLeft(text.EN, 2)
	for line, c := range map[string]struct {
		typed   []string // a line at each prompt
		prompts []string
		exit    int
		said    []string
	}{
		"status": {exit: exitDone, said: []string{"Anna Test", "Tries left", "3"}},
		"login": {[]string{"135790"}, []string{"PIN for Anna Test: "}, exitPINWrong,
			[]string{text.Problem(text.EN, apitype.PINWrong).Headline, tries}},
		"card pin change": {[]string{"482913", "135790", "135791"}, []string{text.Ctl(text.EN, text.CtlOldPINPrompt),
			text.Ctl(text.EN, text.CtlNewPINPrompt), text.Ctl(text.EN, text.CtlNewPINAgain)}, exitFailed,
			[]string{text.Ctl(text.EN, text.CtlNewPINAdvice), text.Ctl(text.EN, text.CtlPINsDiffer)}},
		"diag": {exit: exitDone, said: []string{" RED ", "Card readers"}},
	} {
		t.Run(line, func(t *testing.T) {
			con := openConsole(t, map[string]string{"snapshot": annasCard, "pin": wrong}, strings.Fields(line)...)
			for i, prompt := range c.prompts {
				con.expect(prompt)
				con.types(c.typed[i] + "\r")
			}
			screen := con.ends(c.exit)
			for _, words := range c.said {
				if !strings.Contains(screen, words) {
					t.Errorf("it does not say %q: %q", words, screen)
				}
			}
			if lines := strings.ReplaceAll(screen, "\r\n", "\n"); strings.ContainsFunc(lines, steers) || !strings.HasSuffix(lines, "\n") {
				t.Errorf("it does more than end its lines: %q", screen)
			}
		})
	}
}

// steers says whether a character does anything on a terminal but stand there or end a line.
func steers(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
