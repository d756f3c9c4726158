package deskfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestAFolderThatOthersReachIsNotUsed(t *testing.T) {
	for name, spoil := range map[string]func(folder string) error{
		"open to all":  func(folder string) error { return errors.Join(os.Mkdir(folder, 0o700), os.Chmod(folder, 0o777)) },
		"open to read": func(folder string) error { return errors.Join(os.Mkdir(folder, 0o700), os.Chmod(folder, 0o750)) },
		"a link":       func(folder string) error { return os.Symlink(t.TempDir(), folder) },
		"somebody's":   func(folder string) error { return errors.Join(os.Mkdir(folder, 0o700), os.Chown(folder, 4711, 4711)) },
		"not a folder": func(folder string) error { return os.WriteFile(folder, nil, 0o600) },
		"behind a file": func(folder string) error {
			return errors.Join(os.RemoveAll(filepath.Dir(folder)), os.WriteFile(filepath.Dir(folder), nil, 0o600))
		},
	} {
		above := filepath.Join(t.TempDir(), "run")
		if err := errors.Join(os.Mkdir(above, 0o700), spoil(filepath.Join(above, "siths-agent"))); err != nil {
			t.Fatal(err)
		}
		if path, err := Path(environment(map[string]string{"XDG_RUNTIME_DIR": above}), "x"); err == nil {
			t.Errorf("%s: %s is used", name, path)
		}
	}
	if _, err := Path(environment(nil), "x"); err == nil {
		t.Error("without a folder there is a place")
	}
}

func TestTwoProgramsAndTwoSessionsOfOneUserHaveTheirOwn(t *testing.T) {
	above := t.TempDir()
	seen := map[string]bool{}
	for _, program := range []string{"tray", "window"} {
		for _, vars := range []map[string]string{{"XDG_SESSION_ID": "3", "DISPLAY": ":0"}, {"XDG_SESSION_ID": "4", "DISPLAY": ":0"}, {"DISPLAY": ":0"},
			{"DISPLAY": "far.example:10.0"}, {"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_ID": "../../3"}, {}} {
			vars["XDG_RUNTIME_DIR"] = above
			path, err := Path(environment(vars), program)
			if err != nil || seen[path] || filepath.Dir(path) != filepath.Join(above, "siths-agent") || len(filepath.Base(path)) > 64 {
				t.Errorf("%v: %q, %v", vars, path, err)
			}
			seen[path] = true
		}
	}
}
