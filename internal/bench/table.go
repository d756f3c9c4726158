package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// The units of figures.
const (
	apdus     = "APDU"
	seconds   = "s"
	millisecs = "ms"
	percent   = "%"
	megabytes = "MB"
	ticks     = "ticks"
	signed    = "signatures"
)

// number is a measured value; JSON has null for one that could not be measured.
type number float64

// MarshalJSON writes NaN, which JSON lacks, as null.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// figure is one line of the table: what was measured here, at the peers, and what is promised.
type figure struct {
	Name  string            `json:"figure"`
	Unit  string            `json:"unit"`
	Ours  number            `json:"ours"`
	Peers map[string]number `json:"peers,omitempty"`
	Goal  *float64          `json:"goal,omitempty"` // at most this
	Note  string            `json:"note,omitempty"`
}

// atMost is the goal of a figure.
func atMost(v float64) *float64 { return &v }

// verdict is "ok", "MISS", or nothing for a figure without a goal.
func (f figure) verdict() string {
	switch {
	case f.Goal == nil:
		return ""
	case float64(f.Ours) <= *f.Goal: // never true for NaN
		return "ok"
	}
	return "MISS"
}

// MarshalJSON adds the verdict.
func (f figure) MarshalJSON() ([]byte, error) {
	type plain figure
	return json.Marshal(struct {
		plain
		Verdict string `json:"verdict,omitempty"`
	}{plain(f), f.verdict()})
}

// show writes a value in the figure's unit.
func (f figure) show(v number) string {
	switch {
	case math.IsNaN(float64(v)):
		return "not measured"
	case f.Unit == apdus, f.Unit == ticks, f.Unit == signed:
		return fmt.Sprintf("%g %s", float64(v), f.Unit)
	case f.Unit == seconds, f.Unit == millisecs, f.Unit == percent:
		return fmt.Sprintf("%.2f %s", float64(v), f.Unit)
	}
	return fmt.Sprintf("%.1f %s", float64(v), f.Unit)
}

// report is everything that one run found out.
type report struct {
	Machine []string `json:"machine"`
	Peers   []string `json:"peers"` // the names of the columns
	Notes   []string `json:"notes"`
	Figures []figure `json:"figures"`
}

// misses counts the figures that are not what is promised.
func (r report) misses() int {
	n := 0
	for _, f := range r.Figures {
		if f.verdict() == "MISS" {
			n++
		}
	}
	return n
}

// print writes the report for people.
func (r report) print(w io.Writer) error {
	var b strings.Builder
	for _, line := range r.Machine {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintln(&b)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "figure\tours\t%s\tgoal\t\n", strings.Join(r.Peers, "\t"))
	for _, f := range r.Figures {
		fmt.Fprintln(table, r.line(f))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(&b)
	for _, note := range r.notes() {
		fmt.Fprintln(&b, note)
	}
	fmt.Fprintf(&b, "\n%d of %d goals missed\n", r.misses(), r.goals())
	_, err := io.WriteString(w, b.String())
	return err
}

// goals counts the figures that promise something.
func (r report) goals() int {
	n := 0
	for _, f := range r.Figures {
		if f.Goal != nil {
			n++
		}
	}
	return n
}

// line is one figure with its columns.
func (r report) line(f figure) string {
	cells := []string{f.Name, f.show(f.Ours)}
	for _, peer := range r.Peers {
		cell := "-"
		if v, ok := f.Peers[peer]; ok {
			cell = f.show(v)
		}
		cells = append(cells, cell)
	}
	goal := ""
	if f.Goal != nil {
		goal = "≤ " + f.show(number(*f.Goal))
	}
	return strings.Join(append(cells, goal, f.verdict()), "\t")
}

// notes are the notes of single figures and then those of the whole run.
func (r report) notes() []string {
	var lines []string
	for _, f := range r.Figures {
		if f.Note != "" {
			lines = append(lines, f.Name+": "+f.Note)
		}
	}
	return append(lines, r.Notes...)
}
