package policydoc

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
)

func TestTheGeneratedFilesAreFresh(t *testing.T) {
	for file, want := range map[string][]byte{
		"../../../docs/policy.md":             Reference(),
		"../../../installer/linux/agent.toml": Example(),
		"../../../docs/systems.md":            Systems(examples(t)),
	} {
		if os.Getenv("UPDATE_GOLDEN") != "" {
			write(t, file, want)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale; run go generate ./agent/policy/...", file)
		}
	}
}

// examples are the files of docs/systems.d.
func examples(t *testing.T) (texts map[string]string, order []string) {
	t.Helper()
	files, err := filepath.Glob("../../../docs/systems.d/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	texts = map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		texts[name], order = string(data), append(order, name)
	}
	return texts, order
}

func TestThereIsAGoodExampleOfEveryKindOfSystem(t *testing.T) {
	shown := map[system.Kind]bool{}
	texts, _ := examples(t)
	for name, text := range texts {
		s, err := system.Parse(name, []byte(text))
		if err != nil {
			t.Error(err)
		}
		shown[s.Kind] = true
	}
	for _, kind := range system.Kinds() {
		if !shown[kind] {
			t.Errorf("there is none of %s", kind)
		}
	}
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheExampleSetsNothing(t *testing.T) {
	l := load(t, Example())
	for _, e := range l.Show() {
		if e.From != (policy.Origin{}) {
			t.Errorf("%s is set at line %d", e.Key.Name, e.From.Line)
		}
	}
}

func TestTheExampleWithEveryLineTurnedOnIsTheDefaults(t *testing.T) {
	var lines []string
	for line := range strings.Lines(string(Example())) {
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") {
			line = line[1:]
		}
		lines = append(lines, line)
	}
	on := load(t, []byte(strings.Join(lines, "")))
	for _, e := range on.Show() {
		if e.From == (policy.Origin{}) {
			t.Errorf("%s is not in the example", e.Key.Name)
		}
		if want := e.Key.DefaultFor(installed); e.Value != want {
			t.Errorf("%s = %s in the example, the default is %s", e.Key.Name, e.Value, want)
		}
	}
}

func load(t *testing.T, data []byte) *policy.Loaded {
	t.Helper()
	file := filepath.Join(t.TempDir(), "agent.toml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := policy.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
