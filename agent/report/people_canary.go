//go:build canary_report_people

package report

func (u *use) cell() Cell { return Cell{n: u.n} }
