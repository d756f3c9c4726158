package look

import (
	"context"
	"path/filepath"
	"strings"
)

// filePath is where a person's file is (XDG Base Directory Specification: XDG_CONFIG_HOME is ignored unless it is an
// absolute path).
func filePath(getenv func(string) string) string {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		home := getenv("HOME")
		if !filepath.IsAbs(home) {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "siths-agent", "ui.toml")
}

// desktop asks the settings portal, and looks at the theme that GTK is told to use.
func desktop(ctx context.Context, getenv func(string) string) Look {
	l := askPortal(ctx, getenv)
	l.theme(getenv("GTK_THEME"))
	return l
}

// theme takes over what the name of a GTK theme tells. GTK's own two with contrast are HighContrast and
// HighContrastInverse; a variant may follow after a colon (GTK 3, "Running GTK Applications").
func (l *Look) theme(name string) {
	name, variant, _ := strings.Cut(strings.ToLower(name), ":")
	if strings.HasPrefix(name, "highcontrast") {
		l.Contrast = true
		l.Dark = l.Dark || strings.Contains(name, "inverse")
	}
	l.Dark = l.Dark || variant == "dark" || strings.HasSuffix(name, "-dark")
}
