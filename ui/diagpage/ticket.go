package diagpage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"siths-agent/agent/diag"
	"siths-agent/ui/text"
)

// ticketProblems is how many rows a ticket names. With its other lines it has six.
const ticketProblems = 3

// Ticket writes the six lines that are copied into a ticket: when and where, how many rows stand how, the three rows to begin
// with, and the last event. It holds nothing that is not on the page.
func Ticket(l text.Lang, p diag.Page) string {
	lines := []string{
		fmt.Sprintf("SITHS Agent, %s, %s", p.Time.Format(time.RFC3339), p.System),
		sum(l, p),
	}
	worst := worst(p)
	for i := range ticketProblems {
		if i < len(worst) {
			lines = append(lines, headline(l, worst[i]))
		} else {
			lines = append(lines, "-")
		}
	}
	return strings.Join(append(lines, lastEvent(l, p)), "\n") + "\n"
}

// sum is how many rows stand how, and the row to begin with.
func sum(l text.Lang, p diag.Page) string {
	s := text.Ctl(l, text.CtlDiagCounts, count(p, diag.Red), count(p, diag.Yellow), count(p, diag.Green))
	if worst := worst(p); len(worst) > 0 {
		s += " " + text.Ctl(l, text.CtlDiagBegin, worst[0].Number)
	}
	return s
}

func count(p diag.Page, c diag.Colour) int {
	n := 0
	for _, r := range p.Rows {
		if r.Colour == c {
			n++
		}
	}
	return n
}

// worst are the rows that are not green, the red ones first, and each code once: the others follow from it.
func worst(p diag.Page) []diag.Row {
	speakers := speakers(p)
	var rows []diag.Row
	for _, r := range p.Rows {
		if r.Colour != diag.Green && (r.Code == "" || speakers[r.Code] == r.Number) {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b diag.Row) int { return cmp.Compare(loud(b), loud(a)) })
	return rows
}

func loud(r diag.Row) int {
	if r.Colour == diag.Red {
		return 1
	}
	return 0
}

// headline is a row in one line.
func headline(l text.Lang, r diag.Row) string {
	s := fmt.Sprintf("%d %s %s", r.Number, text.DiagColour(l, string(r.Colour)), text.DiagRow(l, string(r.Name)))
	if t := todo(l, r, r.Number); len(t) > 0 {
		s += ": " + t[0]
	}
	for _, f := range r.Facts {
		if f.What() == diag.Reference {
			s += " " + f.String()
		}
	}
	return s
}

func lastEvent(l text.Lang, p diag.Page) string {
	last := "-"
	for _, r := range p.Rows {
		if all := events(r); len(all) > 0 {
			last = all[len(all)-1]
		}
	}
	return text.Ctl(l, text.CtlDiagLast, last)
}
