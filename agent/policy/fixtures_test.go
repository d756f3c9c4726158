package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each file of testdata/policy is wrong in one way, and says at its end, on lines that begin with mark, what
// Load has to answer. UPDATE_GOLDEN=1 rewrites those lines.
const mark = "# error"

func TestEveryBadFileIsRefusedWithALineAKeyAndWhatToDo(t *testing.T) {
	files, err := filepath.Glob("../../testdata/policy/*.toml")
	if err != nil || len(files) < 40 {
		t.Fatalf("found %d fixtures: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) { checkFixture(t, file) })
	}
}

func checkFixture(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body, want, _ := strings.Cut(string(data), mark)
	_, err = assembleFixture(file, body)
	if err == nil {
		t.Fatal("this file was accepted")
	}
	got := expectation(err)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(body+got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if mark+want != got {
		t.Errorf("got:\n%swant:\n%s", got, mark+want)
	}
}

func assembleFixture(file, body string) (*Loaded, error) {
	s := []source{{file: "", data: []byte(body)}}
	if strings.HasPrefix(filepath.Base(file), "accounts-") {
		return assemble("/etc/siths-agent", nil, s, nil)
	}
	return assemble("/etc/siths-agent", s, nil, nil)
}

func expectation(err error) string {
	var b strings.Builder
	for line := range strings.Lines(err.Error() + "\n") {
		b.WriteString(mark + " " + line)
	}
	return b.String()
}
