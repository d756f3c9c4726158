// Package licences knows the licences of the parts that the programs are made of.
package licences

import (
	_ "embed"
	"strings"
)

//go:generate env UPDATE_GOLDEN=1 go test -run TestTheLicencesAreThoseOfWhatIsBuilt .

//go:embed licences.txt
var all string

// head begins the line that names a part, before its licence: the lines of all parts with the same text come first.
const head = "=== "

// Text returns every licence in full, each after the names of its parts.
func Text() string { return all }

// Part is something that the programs are made of.
type Part struct {
	Name    string // as Go names modules; of a part of a module with the file that says so
	Version string
	Licence string // as SPDX names it, version 3 of its list
}

// Parts returns all parts, in the order of Text.
func Parts() []Part {
	var parts []Part
	for line := range strings.Lines(all) {
		if rest, ok := strings.CutPrefix(line, head); ok {
			if f := strings.Fields(rest); len(f) == 3 {
				parts = append(parts, Part{f[0], f[1], f[2]})
			}
		}
	}
	return parts
}
