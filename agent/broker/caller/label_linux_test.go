package caller

import "testing"

func TestALabelCountsWhereTheKernelKeepsAProgramToItAlone(t *testing.T) {
	for raw, want := range map[string]string{
		"":                               "",
		"unconfined":                     "",
		"firefox (enforce)":              "firefox",
		"firefox (kill)":                 "firefox",
		"firefox (complain)":             "",
		"chrome (unconfined)":            "",
		"firefox//&snap.x (mixed)":       "",
		"unconfined_u:unconfined_r:t:s0": "",
		"a (enforce) (complain)":         "",
		" (enforce)":                     "",
		"firefox (enforce":               "",
		"firefox//&unconfined (enforce)": "",
		"firefox//&other (enforce)":      "",
		"firefox//hat (enforce)":         "firefox//hat",
	} {
		if label := enforced(raw); label != want {
			t.Errorf("%q is the label %q", raw, label)
		}
	}
}
