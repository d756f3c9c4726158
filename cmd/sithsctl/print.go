package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf16"

	"siths-agent/ui/text"
)

// print writes s as it is.
func (e *env) print(s string) error {
	_, err := io.WriteString(e.stdout, s)
	return err
}

func (e *env) println(s string) error { return e.print(clean(s) + "\n") }

// printJSON writes v on one line, in the form of the local API.
func (e *env) printJSON(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return copyLegibly(e.stdout, strings.NewReader(string(line)+"\n"))
}

// copyLegibly copies JSON with every character that could steer a terminal in JSON's own spelling (RFC 8259, 7): a
// program reads the same, and a person who looks at it is not deceived.
func copyLegibly(w io.Writer, r io.Reader) error {
	out, in := bufio.NewWriter(w), bufio.NewReader(r)
	for {
		c, _, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		if c == '\n' || unicode.IsPrint(c) {
			_, err = out.WriteRune(c)
		} else {
			for _, unit := range utf16.Encode([]rune{c}) {
				_, err = fmt.Fprintf(out, `\u%04x`, unit)
			}
		}
		if err != nil {
			return err
		}
	}
}

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
