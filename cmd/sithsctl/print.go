package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"siths-agent/ui/text"
)

// print writes s as it is.
func (e *env) print(s string) error {
	_, err := io.WriteString(e.stdout, s)
	return err
}

func (e *env) println(s string) error { return e.print(clean(s) + "\n") }

// printJSON writes v on one line, in the form of the local API.
func (e *env) printJSON(v any) error { return json.NewEncoder(e.stdout).Encode(v) }

// table prints labelled values in two columns.
type table struct {
	env *env
	w   *tabwriter.Writer
}

func (e *env) table() *table {
	return &table{env: e, w: tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)}
}

// row adds a line; an absent value adds none.
func (t *table) row(label text.CtlWord, value string) {
	if value != "" {
		fmt.Fprintf(t.w, "  %s:\t%s\n", t.env.say(label), clean(value))
	}
}

func (t *table) flush() error { return t.w.Flush() }
