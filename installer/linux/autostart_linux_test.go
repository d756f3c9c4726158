package linux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheTrayStartsWithEveryDesktop reads the file as the Desktop Entry Specification 1.4 and the Desktop Application
// Autostart Specification 0.5 have it.
func TestTheTrayStartsWithEveryDesktop(t *testing.T) {
	content, err := os.ReadFile("siths-tray.desktop")
	if err != nil {
		t.Fatal(err)
	}
	text, entry := string(content), map[string]string{}
	if !strings.HasPrefix(text, "[Desktop Entry]\n") || strings.Count(text, "\n[") != 0 {
		t.Error("it is not one entry")
	}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			entry[key] = value
		}
	}
	for key, want := range map[string]string{"Type": "Application", "Terminal": "false", "NoDisplay": "true", "StartupNotify": "false", "TryExec": entry["Exec"]} {
		if entry[key] != want {
			t.Errorf("%s is %q", key, entry[key])
		}
	}
	for _, key := range []string{"Name", "Name[sv]", "Comment", "Comment[sv]"} {
		if entry[key] == "" {
			t.Errorf("there is no %s", key)
		}
	}
	for _, key := range []string{"Hidden", "OnlyShowIn", "NotShowIn", "DBusActivatable"} {
		if value, there := entry[key]; there {
			t.Errorf("%s is %q", key, value)
		}
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{entry["Exec"], "/etc/xdg/autostart/siths-tray.desktop"} {
		if !strings.Contains(string(readme), " "+place+"\n") {
			t.Errorf("nothing is installed as %q", place)
		}
	}
}
