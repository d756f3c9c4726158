package diag

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// Folder is where a person finds what a program has saved: the folder for downloads, else that for documents, else the home
// folder. An error says that there is none of them.
func Folder() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	names, err := readStart(filepath.Join(config, "user-dirs.dirs"))
	if err != nil {
		names = nil // many desktops have none
	}
	for _, key := range []string{"XDG_DOWNLOAD_DIR", "XDG_DOCUMENTS_DIR"} {
		folder := userFolder(names, key, home)
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder, nil
		}
	}
	return home, nil
}

// userFolder finds the folder that a key stands for in a user-dirs.dirs file: KEY="$HOME/below", or an absolute path
// (xdg-user-dirs 0.18, user-dirs.dirs(5)). Empty when it is neither.
func userFolder(file []byte, key, home string) string {
	for line := range bytes.Lines(file) {
		name, value, found := strings.Cut(strings.TrimSpace(string(line)), "=")
		if !found || name != key {
			continue
		}
		value, quoted := strings.CutPrefix(value, `"`)
		value, closed := strings.CutSuffix(value, `"`)
		if below, ok := strings.CutPrefix(value, "$HOME/"); ok {
			value = filepath.Join(home, below)
		}
		if !quoted || !closed || !filepath.IsAbs(value) {
			return ""
		}
		return filepath.Clean(value)
	}
	return ""
}
