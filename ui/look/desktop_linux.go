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

// desktop asks the settings portal and the display at the same time, and looks at the theme that GTK is told to use.
func desktop(ctx context.Context, getenv func(string) string) Look {
	shown := make(chan Look, 1)
	go func() { shown <- askDisplay(ctx, getenv) }()
	l := askPortal(ctx, getenv)
	l.also(<-shown)
	l.theme(getenv("GTK_THEME"))
	return l
}

// also adds what was asked for elsewhere: who asks for contrast or large text in one place gets it.
func (l *Look) also(o Look) {
	l.Dark = l.Dark || o.Dark
	l.Contrast = l.Contrast || o.Contrast
	l.Text = max(l.Text, o.Text)
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
