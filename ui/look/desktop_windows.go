package look

import (
	"context"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/windows/registry"
)

// filePath is where a person's file is.
func filePath(getenv func(string) string) string {
	dir := getenv("APPDATA")
	if !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, "SITHS Agent", "ui.toml")
}

// desktop reads what Settings has written down: Personalization and Accessibility.
func desktop(context.Context, func(string) string) Look {
	var l Look
	if light, ok := number(`Software\Microsoft\Windows\CurrentVersion\Themes\Personalize`, "AppsUseLightTheme"); ok {
		l.Dark = light == 0
	}
	if percent, ok := number(`Software\Microsoft\Accessibility`, "TextScaleFactor"); ok {
		l.Text = float32(percent) / 100
	}
	l.Contrast = highContrast()
	return l
}

// highContrast reads the flags of HIGHCONTRASTW (winuser.h), of which HCF_HIGHCONTRASTON is 1. They are kept as text.
func highContrast() bool {
	k, err := registry.OpenKey(registry.CURRENT_USER, `Control Panel\Accessibility\HighContrast`, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer func() { _ = k.Close() }()
	s, _, err := k.GetStringValue("Flags")
	if err != nil {
		return false
	}
	flags, err := strconv.Atoi(s)
	return err == nil && flags&1 != 0
}

func number(key, name string) (uint64, bool) {
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.QUERY_VALUE)
	if err != nil {
		return 0, false
	}
	defer func() { _ = k.Close() }()
	n, _, err := k.GetIntegerValue(name)
	return n, err == nil
}
