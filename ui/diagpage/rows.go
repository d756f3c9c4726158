package diagpage

import (
	"fmt"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// Rows are a page's rows for a window: of each its number and name, and how it stands in words; where it is not green what is
// the matter and what to do; and what is known. What does not fit on a line follows in rows without a name. Before them all it
// says how many stand how.
func Rows(l text.Lang, p diag.Page) []model.Row {
	speakers := speakers(p)
	rows := []model.Row{{Label: text.Ctl(l, text.CtlDiagSum), Value: sum(l, p)}}
	for _, r := range p.Rows {
		lines := append(todo(l, r, speakers[r.Code]), facts(l, r))
		first := model.Row{Label: fmt.Sprintf("%d %s", r.Number, text.DiagRow(l, string(r.Name))), Severity: severity(r.Colour)}
		first.Value = strings.TrimSuffix(text.DiagColour(l, string(r.Colour))+": "+lines[0], ": ")
		rows = append(rows, first)
		for _, line := range append(lines[1:], events(r)...) {
			if line != "" {
				rows = append(rows, model.Row{Value: line})
			}
		}
	}
	return rows
}

// severity is how loud a row is.
func severity(c diag.Colour) apitype.Severity {
	switch c {
	case diag.Red:
		return apitype.Error
	case diag.Yellow:
		return apitype.Warning
	}
	return apitype.Info
}

// Files are the files of a bundle and the page itself, for the window in which a person agrees to save them: all that will be
// in it, and nothing else.
func Files(l text.Lang, b *diag.Bundle, p diag.Page) []model.Row {
	var rows []model.Row
	for _, i := range b.Items() {
		rows = append(rows, model.Row{Label: i.Name, Value: text.Ctl(l, text.CtlDiagFile, Holds(l, i.Name), i.Bytes)})
	}
	rows = append(rows, model.Row{Label: text.Ctl(l, text.CtlDiagWithheld), Value: fmt.Sprint(p.Withheld)})
	return append(rows, Rows(l, p)...)
}
