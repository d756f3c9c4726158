package soak

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Row is one line of the sheet: what was asked of the product and what was found.
type Row struct {
	ID      string // orders the sheet, "3.2": the part of the work and the row in it
	Name    string // what was done, in a few words
	Asked   string // the goal
	Found   string // what was counted or measured, with units
	Missed  bool   // the goal was not met, though nothing is broken
	Command string // what repeats it

	Failed bool      // the test failed; set by Report
	When   time.Time // set by Report
}

const header = `# Reliability

Written by the long forms of the tests (` + "`make sim soak memscan canary fuzz`" + `); do not edit. Each row is what its command found when it
was last run, on the machine and the commit that it names. "missed" is a figure that was not reached, "FAILED" a defect.

| row | what | asked | found | result | command | when, commit, machine |
|---|---|---|---|---|---|---|
`

// verdict is the result column.
func (r Row) verdict() string {
	switch {
	case r.Failed:
		return "FAILED"
	case r.Missed:
		return "missed"
	}
	return "met"
}

// line is the row as the sheet has it.
func (r Row) line(commit, machine string) string {
	cells := []string{r.ID, r.Name, r.Asked, r.Found, r.verdict(), "`" + r.Command + "`",
		r.When.Format("2006-01-02 15:04") + ", " + commit + ", " + machine}
	for i, c := range cells {
		cells[i] = strings.NewReplacer("|", "/", "\n", " ").Replace(c)
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

// Keep replaces or adds a row of the sheet at path. Other processes may do the same at the same time. Tests call Report.
func Keep(path string, row Row) error {
	unlock, err := lockFile(path)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("reading the sheet: %w", err)
	}
	sheet := replace(old, row.ID, row.line(commit(filepath.Dir(path)), machine()))
	if err := os.WriteFile(path, sheet, 0o644); err != nil {
		return fmt.Errorf("writing the sheet: %w", err)
	}
	return nil
}

// replace returns the sheet with one row put in, in the order of the IDs.
func replace(sheet []byte, id, line string) []byte {
	rows := []string{line}
	for l := range bytes.Lines(sheet) {
		if have := idOf(string(l)); have != "" && have != id {
			rows = append(rows, strings.TrimRight(string(l), "\n"))
		}
	}
	slices.SortFunc(rows, func(a, b string) int { return compareIDs(idOf(a), idOf(b)) })
	return []byte(header + strings.Join(rows, "\n") + "\n")
}

// idOf is a line's ID, empty when the line is no row.
func idOf(line string) string {
	rest, ok := strings.CutPrefix(line, "| ")
	id, _, _ := strings.Cut(rest, " ")
	if !ok || id == "" || id[0] < '0' || id[0] > '9' {
		return ""
	}
	return id
}

// compareIDs orders 2.9 before 2.10.
func compareIDs(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(x, y, func(p, q string) int {
		return cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q))
	})
}

// commit is what is checked out, with a + when something has been changed.
func commit(dir string) string {
	head, err := exec.Command("git", "-C", dir, "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "no commit"
	}
	name := strings.TrimSpace(string(head))
	if changed, _ := exec.Command("git", "-C", dir, "status", "--porcelain", "--", "*.go", "*.c").Output(); len(changed) > 0 {
		name += "+"
	}
	return name
}

// machine is the processor and how many of it there are.
func machine() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "machine unknown"
	}
	model := "processor"
	for l := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(l, "model name"); ok {
			model = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			break
		}
	}
	return fmt.Sprintf("%d × %s", bytes.Count(info, []byte("processor\t:")), model)
}
