// Package diagpage puts the diagnostics page into words: for a terminal, for a window, for a ticket, and for the bundle.
package diagpage

import (
	"fmt"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/ui/text"
)

// Text writes a page for people: a row a line, how it stands in words and not in colour alone, and what to do below it.
func Text(l text.Lang, p diag.Page) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s  %s\n", p.Time.Format(time.RFC3339), p.System)
	fmt.Fprintf(&s, "%s\n", sum(l, p))
	speakers := speakers(p)
	for _, r := range p.Rows {
		fmt.Fprintf(&s, "%2d  %-6s  %s\n", r.Number, text.DiagColour(l, string(r.Colour)), strings.TrimSuffix(text.DiagRow(l, string(r.Name))+": "+facts(l, r), ": "))
		for _, line := range append(todo(l, r, speakers[r.Code]), events(r)...) {
			s.WriteString("            " + line + "\n")
		}
	}
	return s.String()
}

// speakers are the rows that say what to do about a code, for all rows that have it: the last red one, else the first.
func speakers(p diag.Page) map[apitype.Code]int {
	first := map[apitype.Code]int{}
	for _, r := range p.Rows {
		if first[r.Code] == 0 || r.Colour == diag.Red {
			first[r.Code] = r.Number
		}
	}
	return first
}

// facts are those of a row that fit on its line.
func facts(l text.Lang, r diag.Row) string {
	var parts []string
	for _, f := range r.Facts {
		if f.What() != diag.Event {
			parts = append(parts, fact(l, f))
		}
	}
	return strings.Join(parts, ", ")
}

// fact is a fact in words; a yes or no is said after what it answers.
func fact(l text.Lang, f diag.Fact) string {
	about, word := text.DiagLabel(l, string(f.What())), text.DiagWord(l, f.String())
	if f.String() == "yes" || f.String() == "no" {
		return about + ": " + word
	}
	return about + " " + word
}

// events are the facts of a row with lines of their own.
func events(r diag.Row) []string {
	var lines []string
	for _, f := range r.Facts {
		if f.What() == diag.Event {
			lines = append(lines, f.String())
		}
	}
	return lines
}

// todo is what is the matter with a row and the one thing to do about it. speaker is the row that says it for all with the
// same code.
func todo(l text.Lang, r diag.Row, speaker int) []string {
	switch {
	case r.Code != "" && speaker != r.Number:
		return []string{text.Ctl(l, text.CtlDiagSeeRow, speaker) + " [" + string(r.Code) + "]"}
	case r.Code != "":
		t := text.Problem(l, r.Code)
		return []string{t.Headline + " [" + string(r.Code) + "]", t.Action}
	case r.Advice != "":
		t := text.DiagAdvice(l, string(r.Advice))
		return []string{t.Headline + " [" + string(r.Advice) + "]", t.Action}
	}
	return nil
}
