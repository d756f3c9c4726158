//go:build !canary_report_people

package report

// cell is the number of uses as it may be told: not when so few people are behind it that they can be known.
func (u *use) cell() Cell {
	if len(u.people) < least {
		return Cell{mark: few}
	}
	return Cell{n: u.n}
}
