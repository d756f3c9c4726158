//go:build race

package widget

import (
	"os/exec"
	"testing"
)

// TestThePicturesAreAsTheyWere holds the pictures of golden_test.go without the race detector, which makes drawing ten times
// slower and finds nothing in it: the other tests draw the same screens with it.
func TestThePicturesAreAsTheyWere(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "test", "-tags", "ci", "-run", "LooksAsItDid|LookAsTheyDid", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
