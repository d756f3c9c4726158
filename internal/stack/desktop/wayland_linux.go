package desktop

import (
	"os"
	"path/filepath"
	"strconv"
)

// waylandName is the socket of the Wayland compositor, below XDG_RUNTIME_DIR.
const waylandName = "wayland-lab"

// Wayland starts a Wayland compositor that fills the screen, in place of a window manager, and returns what programs of it
// have in their environment besides the desktop's own: they do not find the X display.
func (d *Desktop) Wayland() []string {
	d.tb.Helper()
	size := d.screenSize()
	d.Start("weston", "--backend=x11-backend.so", "--no-config", "--idle-time=0", "--socket="+waylandName, "--shell=desktop-shell.so",
		"--width="+strconv.Itoa(size.Width), "--height="+strconv.Itoa(size.Height))
	d.Await("the compositor", func() bool {
		_, err := os.Stat(filepath.Join(d.Runtime(), waylandName))
		return err == nil
	})
	d.awaitLook("the compositor's desktop", func(now string) bool { return len(now) > pixel && differing(now, now[pixel:]) > len(now)/20 })
	return []string{"DISPLAY=", "WAYLAND_DISPLAY=" + waylandName, "XDG_SESSION_TYPE=wayland"}
}

// Look is what the whole screen shows, three bytes a pixel.
func (d *Desktop) Look() string {
	d.tb.Helper()
	return d.tools("import", "-window", "root", "-depth", "8", "rgb:-").Stdout
}

// WaitLook waits until a good part of the screen shows something else than before, and the same thing twice. It is for what
// the X server cannot be asked about.
func (d *Desktop) WaitLook(what, before string) {
	d.tb.Helper()
	d.awaitLook(what, func(now string) bool { return differing(before, now) > len(now)/20 }) // a clock is less
}

// awaitLook waits until the screen shows what is asked for, twice.
func (d *Desktop) awaitLook(what string, yes func(now string) bool) {
	d.tb.Helper()
	last := ""
	d.Await(what, func() bool {
		now := d.Look()
		settled := now == last && yes(now)
		last = now
		return settled
	})
}

// differing counts the bytes in which two looks differ.
func differing(a, b string) int {
	n := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
