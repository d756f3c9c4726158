package desktop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
)

// patience bounds every wait for something that has to happen; only a defect makes a test wait that long.
const patience = time.Minute

// Plan is how a desktop differs from the usual one. The zero value is anna's, on one monitor of 1024 x 768 with OpenGL,
// with a session bus and a window manager, in Swedish.
type Plan struct {
	// Session is the login session its programs belong to; nil means none, only their person.
	Session *stack.Session
	// Screen is what it shows on.
	Screen stack.Screen
	// TwoMonitors makes two monitors of the screen, side by side.
	TwoMonitors bool
	// Panel starts a panel with a notification area, which is where tray icons are.
	Panel bool
	// Clipboard starts a clipboard manager, which takes over whatever any program copies or selects.
	Clipboard bool
	// Accessible lets programs find the accessibility bus; it costs a start of two more processes.
	Accessible bool
	// NoManager leaves the window manager out.
	NoManager bool
	// Lang is the LANG of its programs; empty means sv_SE.UTF-8.
	Lang string
}

// person is whose desktop it is where there is no session.
const person = "anna"

// Desktop is a running desktop. Its methods fail the test where they cannot do what they are asked for;
// they belong to the test's own goroutine.
type Desktop struct {
	// Display is its screen.
	Display *stack.Display
	// Bus is its session bus.
	Bus *SessionBus

	tb      testing.TB
	lab     *stacktest.Lab
	plan    Plan
	dir     string // of its own, with the folders of the person's settings
	spies   *spies
	notices *notices
	panel   *stack.Proc
	shots   int
	used    time.Time // when somebody last used keyboard or pointer
}

// Open starts a desktop in a lab and returns when all of it serves. It ends with the test.
func Open(tb testing.TB, lab *stacktest.Lab, p Plan) *Desktop {
	tb.Helper()
	d := &Desktop{tb: tb, lab: lab, plan: p}
	d.layOut()
	d.Display = lab.Display(p.Screen)
	d.Bus = &SessionBus{desktop: d}
	d.Bus.Start()
	d.spies = d.openSpies()
	d.tools("xsetroot", "-solid", fmt.Sprintf("#%x", backdrop)) // black would hide what is dark
	if p.TwoMonitors {
		d.splitScreen()
	}
	if !p.NoManager {
		d.Start("xfwm4", "--compositor=off")
		d.Await("the window manager", func() bool { return d.spies.value(propManager) != "" })
	}
	if p.Panel {
		d.StartPanel()
	}
	if p.Clipboard {
		d.startClipboard()
	}
	tb.Cleanup(d.keepLastShot)
	return d
}

// splitScreen makes monitors of the left and the right half of the screen (xrandr(1), --setmonitor).
func (d *Desktop) splitScreen() {
	d.tb.Helper()
	all := d.screenSize()
	half := all.Width / 2
	for n, name := range []string{"left", "right"} {
		place := fmt.Sprintf("%d/100x%d/100+%d+0", half, all.Height, n*half)
		output := []string{"screen", "none"}[n] // the only one that Xvfb has
		if r := d.tools("xrandr", "--setmonitor", name, place, output); r.Code != 0 {
			d.tb.Fatalf("xrandr ended with %d: %s", r.Code, r.Stderr)
		}
	}
}

// layOut makes the folders of the person's settings, and what the desktop's own programs are to do.
func (d *Desktop) layOut() {
	d.tb.Helper()
	dir, err := os.MkdirTemp(d.lab.Dir(), "desktop-")
	d.must(err)
	d.dir = dir
	for _, name := range []string{"run", "cache", "data", filepath.Dir(panelFile)} {
		d.must(os.MkdirAll(d.path(name), 0o700))
	}
	for name, content := range settings() {
		d.must(os.WriteFile(d.path(name), []byte(content), 0o600))
	}
	d.must(d.giveAway(dir))
}

// giveAway makes everything in a folder the person's own.
func (d *Desktop) giveAway(dir string) error {
	p, err := d.lab.Person(d.person())
	if err != nil {
		return err
	}
	return filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, int(p.UID), int(p.UID))
	})
}

// path joins names to the desktop's folder.
func (d *Desktop) path(name string) string { return filepath.Join(d.dir, name) }

// Runtime is XDG_RUNTIME_DIR of the desktop's programs.
func (d *Desktop) Runtime() string { return d.path("run") }

// ConfigHome is XDG_CONFIG_HOME of the desktop's programs.
func (d *Desktop) ConfigHome() string { return d.path("config") }

// person is whose desktop it is.
func (d *Desktop) person() string {
	if d.plan.Session != nil {
		return d.plan.Session.Person.Name
	}
	return person
}

// Env is what programs of the desktop have in their environment.
func (d *Desktop) Env() []string {
	lang := d.plan.Lang
	if lang == "" {
		lang = "sv_SE.UTF-8"
	}
	env := append(d.Display.Env(), "LANG="+lang, "LIBGL_ALWAYS_SOFTWARE=1", "DBUS_SESSION_BUS_ADDRESS="+d.busAddress(),
		"XDG_RUNTIME_DIR="+d.Runtime(), "XDG_CONFIG_HOME="+d.ConfigHome(), "XDG_CACHE_HOME="+d.path("cache"),
		"XDG_DATA_HOME="+d.path("data"), "XDG_CURRENT_DESKTOP=XFCE", "XDG_SESSION_TYPE=x11")
	if !d.plan.Accessible {
		env = append(env, "NO_AT_BRIDGE=1")
	}
	return env
}

// Start runs a program on the desktop. One of this project's programs goes by its file name.
func (d *Desktop) Start(program string, args ...string) *stack.Proc {
	d.tb.Helper()
	return d.StartCmd(stack.Cmd{Path: program, Args: args})
}

// StartCmd is Start with a choice of input, output and further environment.
func (d *Desktop) StartCmd(c stack.Cmd) *stack.Proc {
	d.tb.Helper()
	c = d.command(c)
	if s := d.plan.Session; s != nil {
		p, err := s.Start(d.lab.Lifetime(), c)
		d.must(err)
		return p
	}
	c.As = d.person()
	return d.lab.Start(c)
}

// Run runs a program on the desktop to its end, a minute at most.
func (d *Desktop) Run(program string, args ...string) stack.Result {
	d.tb.Helper()
	c := d.command(stack.Cmd{Path: program, Args: args})
	c.As = d.person()
	return d.lab.Run(c)
}

// command finds the program and gives it the desktop's environment.
func (d *Desktop) command(c stack.Cmd) stack.Cmd {
	if strings.HasPrefix(c.Path, "siths") {
		program, err := d.lab.Program(c.Path)
		d.must(err)
		c.Path = program
	}
	c.Env = append(d.Env(), c.Env...)
	return c
}

// must fails the test at an error.
func (d *Desktop) must(err error) {
	d.tb.Helper()
	if err != nil {
		d.tb.Fatal(err)
	}
}
