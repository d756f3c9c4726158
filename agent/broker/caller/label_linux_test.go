package caller

import (
	"testing"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

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

func TestALabelMakesTheSecondTierOnlyWhereOthersCannotTakeIt(t *testing.T) {
	kept := system.T2
	if system.LabelsForAll() {
		kept = system.T1
	}
	for c, want := range map[broker.Caller]system.Tier{
		{Label: "firefox"}:                          system.T0,
		{Exe: "/usr/bin/firefox"}:                   system.T1,
		{Exe: "/usr/bin/firefox", Label: "firefox"}: kept,
	} {
		if tier := tierOf(c); tier != want {
			t.Errorf("%q with the label %q is of tier %d, not %d", c.Exe, c.Label, tier, want)
		}
	}
}
