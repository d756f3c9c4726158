package system

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestABadFileStaysAsItWasAndTheOthersAreWhatTheySay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "systems.d")
	write := func(name, title, more string) {
		t.Helper()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("title = %q\nkind = \"tls\"\n%s", title, more)
		if err := os.WriteFile(filepath.Join(dir, name+".toml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, name+".toml")); err != nil {
			t.Fatal(err)
		}
	}
	var now []Source
	reload := func(want string, mistakes int) {
		t.Helper()
		good, wrong := Read(dir)
		now = Kept(now, good, wrong)
		got := ""
		for _, s := range now {
			got += s.System.Name + "=" + s.System.Title + " "
		}
		if got != want || len(wrong) != mistakes {
			t.Errorf("in force are %q with %v, not %q", got, wrong, want)
		}
	}
	for _, name := range []string{"a", "b", "c"} {
		write(name, "1", "")
	}
	reload("a=1 b=1 c=1 ", 0)
	write("a", "2", "")
	write("b", "2", "wrong = 1\n")
	write("d", "2", "wrong = 1\n")
	remove("c")
	reload("a=2 b=1 ", 2)
	remove("b")
	reload("a=2 ", 1)
	write("a", "3", "wrong = 1\n")
	reload("a=2 ", 2)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	remove("a")
	reload("a=2 ", 1)
}
