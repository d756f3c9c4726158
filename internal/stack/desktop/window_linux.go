package desktop

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"siths-agent/internal/stack"
)

// Window is a window as the window manager knows it.
type Window struct {
	// ID is its X number, such as "0x400007".
	ID string
	// Title is what its title bar says; Class is its program's name for it (WM_CLASS).
	Title, Class string
	// PID is the process it says it belongs to, 0 when it does not say.
	PID int
	// State has what the manager says of it, such as "_NET_WM_STATE_ABOVE".
	State string
}

// Windows lists the windows whose title or class matches a regular expression, oldest first. Menus, bubbles and other
// windows without a frame are not among them.
func (d *Desktop) Windows(pattern string) []Window {
	d.tb.Helper()
	matches := regexp.MustCompile(pattern)
	var found []Window
	for id := range strings.SplitSeq(d.spies.value(propClients), ", ") {
		w, there := d.spies.window(id)
		if there && (matches.MatchString(w.Title) || matches.MatchString(w.Class)) {
			found = append(found, w)
		}
	}
	return found
}

// WaitWindow waits for a window whose title or class matches.
func (d *Desktop) WaitWindow(pattern string) Window {
	d.tb.Helper()
	var found []Window
	d.Await("a window "+pattern, func() bool {
		found = d.Windows(pattern)
		return len(found) > 0
	})
	return found[len(found)-1]
}

// WaitNoWindow waits until no window's title or class matches.
func (d *Desktop) WaitNoWindow(pattern string) {
	d.tb.Helper()
	d.Await("no window "+pattern, func() bool { return len(d.Windows(pattern)) == 0 })
}

// ActiveWindow is the window that the keyboard goes to, the zero Window when there is none. One that holds the keyboard need not
// say that it is focused.
func (d *Desktop) ActiveWindow() Window {
	d.tb.Helper()
	w, _ := d.spies.window(d.spies.value(propActive))
	return w
}

// WaitActive waits until the keyboard goes to a window whose title or class matches.
func (d *Desktop) WaitActive(pattern string) Window {
	d.tb.Helper()
	matches := regexp.MustCompile(pattern)
	var active Window
	d.Await("the keyboard at "+pattern, func() bool {
		active = d.ActiveWindow()
		return active.ID != "" && (matches.MatchString(active.Title) || matches.MatchString(active.Class))
	})
	return active
}

// WaitTitle waits until a window has, or has had, a title that matches. It misses none that was there for a moment only.
func (d *Desktop) WaitTitle(pattern string) {
	d.tb.Helper()
	matches := regexp.MustCompile(pattern)
	d.Await("a title "+pattern, func() bool { return d.spies.told(matches.MatchString) })
}

// WaitFocus waits until the X server itself sends keys to a window whose title matches, with a window manager or without
// one. It starts a program at each look; WaitActive does not.
func (d *Desktop) WaitFocus(pattern string) {
	d.tb.Helper()
	matches := regexp.MustCompile(pattern)
	d.Await("keys to go to "+pattern, func() bool {
		r := d.tools("xdotool", "getwindowfocus", "getwindowname")
		return r.Code == 0 && matches.MatchString(strings.TrimSpace(r.Stdout))
	})
}

// window is what a window has told of itself; one that has not told all yet is not there.
func (s *spies) window(id string) (Window, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	spy := s.windows[id]
	if spy == nil || len(spy.values) < len(ofWindows()) {
		return Window{}, false
	}
	v := spy.values
	pid, _ := strconv.Atoi(v["_NET_WM_PID"]) // a window need not say
	w := Window{ID: id, Title: v["_NET_WM_NAME"], Class: strings.ReplaceAll(v["WM_CLASS"], `"`, ""), PID: pid, State: v["_NET_WM_STATE"]}
	if w.Title == "" {
		w.Title = v["WM_NAME"]
	}
	return w, true
}

// Place is where a window is on the screen, in pixels, without its frame.
type Place struct{ X, Y, Width, Height int }

// Place tells where a window is.
func (d *Desktop) Place(w Window) Place {
	d.tb.Helper()
	r := d.tools("xwininfo", "-id", w.ID)
	p := parsePlace(r.Stdout)
	if p.Width == 0 {
		d.tb.Fatalf("window %+v has no place: %s%s", w, r.Stdout, r.Stderr)
	}
	return p
}

// screenSize is how large the screen is.
func (d *Desktop) screenSize() Place {
	d.tb.Helper()
	return parsePlace(d.tools("xwininfo", "-root").Stdout)
}

// OnScreen tells whether all of a window can be seen.
func (d *Desktop) OnScreen(w Window) bool {
	d.tb.Helper()
	p, all := d.Place(w), d.screenSize()
	return p.X >= 0 && p.Y >= 0 && p.X+p.Width <= all.Width && p.Y+p.Height <= all.Height
}

// parsePlace reads lines as "Absolute upper-left X:  261" and "Width: 520" of xwininfo(1).
func parsePlace(text string) Place {
	var p Place
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		n, _ := strconv.Atoi(strings.TrimSpace(value)) // the other lines are not of numbers
		switch name {
		case "Absolute upper-left X":
			p.X = n
		case "Absolute upper-left Y":
			p.Y = n
		case "Width":
			p.Width = n
		case "Height":
			p.Height = n
		}
	}
	return p
}

// Focus brings a window to the front and gives it the keyboard, as a click in the panel's list does.
func (d *Desktop) Focus(w Window) {
	d.tb.Helper()
	d.xdotool("windowactivate", w.ID)
	d.Await(fmt.Sprintf("the keyboard at %q", w.Title), func() bool { return d.spies.value(propActive) == w.ID })
}

// CloseByManager asks a window to close, as the button in its frame does (WM_DELETE_WINDOW).
func (d *Desktop) CloseByManager(w Window) {
	d.tb.Helper()
	d.Focus(w)
	d.xdotool("key", "--clearmodifiers", "alt+F4")
}

// xdotool runs one xdotool command, which has to work.
func (d *Desktop) xdotool(args ...string) {
	d.tb.Helper()
	if r := d.tools("xdotool", args...); r.Code != 0 {
		d.tb.Fatalf("xdotool %v ended with %d: %s", args, r.Code, r.Stderr)
	}
}

// tools runs a program of the test's own on the display, which is no part of the desktop.
func (d *Desktop) tools(program string, args ...string) stack.Result {
	d.tb.Helper()
	return d.lab.Run(stack.Cmd{Path: program, Args: args, Env: d.Display.Env()})
}
