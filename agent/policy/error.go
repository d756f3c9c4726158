package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with the policy, with everything needed to find and mend it.
type Error struct {
	File    string
	Line    int    // from 1; 0 when it is about the whole file
	Key     string // "card.modules"; empty when it is about the whole file
	What    Fault
	Got     string // what was found there, cut to a readable length
	Allowed Text   // empty when What says it all
	Hint    string // the known key that was probably meant
	Err     error  // what the operating system said, for FileUnreadable and FileMissing
}

// Parts is an Error in pieces, for a client that prints it in its own layout and language.
type Parts struct {
	Where   string // file, or file:line
	Key     string
	What    Text // what is wrong and what to do
	Allowed Text
	Hint    string
}

// Parts returns the pieces of the error in both languages.
func (e *Error) Parts() Parts {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	return Parts{Where: where, Key: e.Key, What: e.What.Text(e.Got), Allowed: e.Allowed, Hint: e.Hint}
}

// Error says it in English on one line: where, which key, what is wrong, what to do, what is allowed.
func (e *Error) Error() string {
	p := e.Parts()
	var b strings.Builder
	b.WriteString(p.Where)
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	b.WriteString(": " + p.What.EN)
	if p.Hint != "" {
		b.WriteString("; did you mean " + p.Hint + "?")
	}
	if p.Allowed.EN != "" {
		b.WriteString("; allowed: " + p.Allowed.EN)
	}
	return strings.TrimPrefix(b.String(), ": ")
}

// Unwrap returns what the operating system said, if it was asked.
func (e *Error) Unwrap() error { return e.Err }

// Errors is everything wrong with the policy, sorted by file and line. It is never empty when returned as an error.
type Errors []*Error

// Error returns one line for each problem.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems one by one, so that errors.As finds an *Error.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

func (es Errors) sorted() error {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Key, b.Key))
	})
	return es
}
