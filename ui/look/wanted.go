package look

import (
	"context"
	"time"

	"siths-agent/ui/text"
)

// desktopTime is how long the desktop may take to say how windows shall look. Who has put a card in waits for the window.
const desktopTime = 100 * time.Millisecond

// Wanted is what a person wants of windows.
type Wanted struct {
	Look
	Lang  text.Lang
	Plain bool // windows that need no OpenGL and can be read aloud
}

// Want returns what the desktop asks for, with what the person's own file says above it. The errors are warnings about that
// file: what it says elsewhere counts all the same. Nothing that is asked takes longer than a tenth of a second.
func Want(ctx context.Context, getenv func(string) string) (Wanted, []error) {
	w := Wanted{Look: Desktop(ctx, getenv), Lang: text.FromEnv(getenv)}
	file, errs := readFile(filePath(getenv))
	file.apply(&w)
	return w, errs
}

// Desktop returns how the person's desktop asks windows to look. What it does not say within a tenth of a second is
// ordinary.
func Desktop(ctx context.Context, getenv func(string) string) Look {
	ctx, cancel := context.WithTimeout(ctx, desktopTime)
	defer cancel()
	return desktop(ctx, getenv)
}

// Language returns the language of a person's windows: that of the locale, unless the person's file names another.
func Language(getenv func(string) string) text.Lang {
	w := Wanted{Lang: text.FromEnv(getenv)}
	file, _ := readFile(filePath(getenv)) // the window warns of it
	file.apply(&w)
	return w.Lang
}
