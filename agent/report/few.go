//go:build !canary_report_few

package report

// cellOf is a count as it may be told: not when it is about so few that they can be known.
func cellOf(n uint64) Cell {
	if 0 < n && n < least {
		return Cell{mark: few}
	}
	return Cell{n: n}
}
