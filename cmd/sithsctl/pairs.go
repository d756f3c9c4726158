package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// chainKeys are the fields of an audit row that have columns of their own or that only Verify reads.
func chainKeys() []string { return []string{"seq", "time", "event", "prev"} }

// pairs writes the fields of an audit row as "key=value", in the order of the row.
func pairs(row any) (string, error) {
	raw, err := json.Marshal(row)
	if err != nil {
		return "", err
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if _, err := d.Token(); err != nil { // the opening brace
		return "", err
	}
	var out []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return "", err
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return "", err
		}
		if name := fmt.Sprint(key); !slices.Contains(chainKeys(), name) {
			out = append(out, name+"="+quoted(value))
		}
	}
	return strings.Join(out, " "), nil
}

// quoted writes a list with commas, and puts marks around a value that holds a space, so that the line can be split again.
func quoted(value any) string {
	s := fmt.Sprint(value)
	if list, ok := value.([]any); ok {
		words := make([]string, len(list))
		for i, w := range list {
			words[i] = fmt.Sprint(w)
		}
		s = strings.Join(words, ",")
	}
	if s == "" || strings.ContainsAny(s, " \"=") {
		return fmt.Sprintf("%q", s)
	}
	return s
}
