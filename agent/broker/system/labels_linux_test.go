package system

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLabelsAreForAllUnlessTheKernelSaysThatTheyAreNot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "restrict")
	if !labelsForAll(file) {
		t.Error("a kernel that does not know of it")
	}
	for text, want := range map[string]bool{"0\n": true, "1\n": false, "": true} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := labelsForAll(file+".none", file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestProgramsAreTracedUnlessTheKernelSaysThatTheyAreNot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "scope")
	if !tracedByAll(file) {
		t.Error("a kernel that does not know of it")
	}
	for text, want := range map[string]bool{"0\n": true, "1\n": true, "2\n": false, "3\n": false, "": true} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := tracedByAll(file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestProfilesThatKeepFromNothingAreFound(t *testing.T) {
	const list = "/usr/sbin/cupsd (enforce)\nbusybox (unconfined)\nsoft (complain)\nwith (some) name (unconfined)\n"
	if got := openProfiles(list); !slices.Equal(got, []string{"busybox", "with (some) name"}) {
		t.Errorf("%q", got)
	}
	if got := openProfiles(""); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
