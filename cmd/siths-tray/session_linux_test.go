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

func TestTheSessionsKeyIsAFilesName(t *testing.T) {
	for _, c := range []struct{ id, display, want string }{{"c2", ":0", "c2"}, {"", ":0.0", "_0.0"}, {"../x", "", ".._x"}, {"", "", "default"}} {
		getenv := func(name string) string { return map[string]string{"XDG_SESSION_ID": c.id, "DISPLAY": c.display}[name] }
		if got := sessionKey(getenv); got != c.want {
			t.Errorf("%q and %q make %q", c.id, c.display, got)
		}
	}
}
