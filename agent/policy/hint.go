package policy

import "strings"

// Hint returns the name among known that was probably meant by name, or nothing when none is near.
func Hint(name string, known []string) string { return hint(name, known) }

// hint returns the name among known that a person who wrote name most likely meant, or nothing when none is
// near. A missing table is forgiven, else two slips, three in a long name.
func hint(name string, known []string) string {
	best, limit := "", 2+len(name)/16
	if len(name) > maxShown {
		return ""
	}
	for _, k := range known {
		if strings.HasSuffix(k, "."+name) {
			return k
		}
		if d := distance(name, k); d <= limit {
			best, limit = k, d-1
		}
	}
	return best
}

// distance is the number of single-byte insertions, deletions and replacements between a and b
// (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
