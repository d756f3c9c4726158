package system

import (
	"os"
	"path/filepath"
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
		if got := labelsForAll(file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
