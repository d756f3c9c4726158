package main

import (
	"slices"
	"testing"
)

func TestOnlyWhatAWindowNeedsIsPassedOn(t *testing.T) {
	got := passed([]string{"DISPLAY=:1", "LD_PRELOAD=/tmp/x.so", "GTK_MODULES=x", "LC_TIME=sv_SE", "SITHS_AGENT_SOCKET=/x", "PATH=/bin", "GODEBUG=x", "LCX=1", "=C:=x"})
	want := []string{"DISPLAY=:1", "LC_TIME=sv_SE", "SITHS_AGENT_SOCKET=/x", "PATH=/bin"}
	if !slices.Equal(got, want) {
		t.Errorf("passed on is %q", got)
	}
}
