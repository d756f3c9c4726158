package screens

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

const (
	pin      = workplace.PIN
	wrongPIN = workplace.WrongPIN
	lang     = text.SV

	// ours matches every window of siths-window: all are named after the same program.
	ours = "^SITHS"
)

// plan is how a world differs from the usual one.
type plan struct {
	workplace.Plan
	Desktop desktop.Plan
	NoTray  bool
}

// world is anna's desk: her desktop session with the service, a reader and, in the panel, the tray.
type world struct {
	*workplace.Desk
	d    *desktop.Desktop
	tray *stack.Proc // nil with NoTray
	t    *testing.T
}

// open makes a world, beside those of other tests. Everything in it ends with the test.
func open(t *testing.T, p plan) *world {
	t.Helper()
	t.Parallel()
	return start(t, p)
}

// start is open without neighbours.
func start(t *testing.T, p plan) *world {
	t.Helper()
	w := &world{Desk: workplace.OpenDesk(t, p.Plan), t: t}
	p.Desktop.Session, p.Desktop.Panel = w.Session, !p.NoTray
	w.d = desktop.Open(t, w.Lab, p.Desktop)
	if !p.NoTray {
		w.startTray()
		w.d.WaitTray()
	}
	return w
}

// startTray starts the program that stands in the panel.
func (w *world) startTray() {
	w.t.Helper()
	w.tray = w.d.Start("siths-tray", "--socket", w.Service.Socket())
}

// window starts siths-window as a person or another program would.
func (w *world) window(args ...string) *stack.Proc {
	w.t.Helper()
	return w.d.Start("siths-window", append([]string{"--socket", w.Service.Socket()}, args...)...)
}

// want waits until the window in front, with the keyboard, shows the screen of the service's state, and that is the one
// of the id.
func (w *world) want(id model.ID) desktop.Window {
	w.t.Helper()
	return w.wantScreen(id, func(s apitype.Snapshot) model.Screen { return model.View(s, lang) })
}

// wantPage is want for what a person has opened or has said yes to.
func (w *world) wantPage(p model.Page) desktop.Window {
	w.t.Helper()
	return w.wantScreen(p.Kind, func(s apitype.Snapshot) model.Screen { return model.Open(s, lang, p) })
}

// wantScreen waits for a screen, and keeps its picture under the id.
func (w *world) wantScreen(id model.ID, screen func(apitype.Snapshot) model.Screen) desktop.Window {
	w.t.Helper()
	var win desktop.Window
	w.d.Await("screen "+string(id), func() bool {
		want := screen(w.Snapshot())
		win = w.d.ActiveWindow()
		return want.ID == id && win.Title == want.Window
	})
	w.d.WaitPainted(win)
	w.d.Screenshot(string(id))
	return win
}

// wantNoWindow waits until no window of ours is on the screen, and none of its processes is left.
func (w *world) wantNoWindow() {
	w.t.Helper()
	w.d.WaitNoWindow(ours)
	w.d.Await("the windows' processes to end", func() bool { return len(w.windows()) == 0 })
}

// windows are the processes of siths-window in this world.
func (w *world) windows() []string {
	w.t.Helper()
	program, err := w.Program("siths-window")
	w.Must(err)
	files, err := os.ReadDir("/proc")
	w.Must(err)
	var found []string
	for _, f := range files {
		exe, err := os.Readlink("/proc/" + f.Name() + "/exe")
		if err == nil && exe == program && w.isOurs(f.Name()) {
			found = append(found, f.Name())
		}
	}
	return found
}

// isOurs tells whether a process belongs to this world, by the display it has.
func (w *world) isOurs(pid string) bool {
	environment, err := os.ReadFile("/proc/" + pid + "/environ")
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	return strings.Contains(string(environment), w.d.Runtime())
}

// annasCard is a card of anna's that is not in yet.
func (w *world) annasCard() *stack.Card {
	w.t.Helper()
	return w.Card(w.Issue(workplace.Anna()), stack.CardOptions{PIN: pin, Absent: true})
}

// enter types a code and Return, as a person does.
func (w *world) enter(code string) {
	w.t.Helper()
	w.d.Type(code)
	w.d.Key("Return")
}

// login enters the right code, and waits until the window has said that it was right.
func (w *world) login() {
	w.t.Helper()
	w.enter(pin)
	w.wantLoggedIn()
}

// wantLoggedIn waits until the desktop is open and the window has said so. It says so for a moment only.
func (w *world) wantLoggedIn() {
	w.t.Helper()
	w.d.WaitTitle(window(model.View(w.AwaitPhase(apitype.Unlocked), lang)))
	w.d.Screenshot("logged-in")
}

// wantCountdown waits until a window in front counts down to the lock of the desktop.
func (w *world) wantCountdown() {
	w.t.Helper()
	const some = 7
	title := regexp.QuoteMeta(text.Screen(lang, text.ScreenTray, text.Screen(lang, text.ScreenRemoved, some)))
	w.d.WaitPainted(w.d.WaitActive("^" + strings.Replace(title, strconv.Itoa(some), `\d+`, 1) + "$"))
	w.d.Screenshot(string(model.CardRemoved))
}

// window matches the window of a screen.
func window(s model.Screen) string { return "^" + regexp.QuoteMeta(s.Window) + "$" }
