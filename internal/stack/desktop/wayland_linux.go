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

// WaitLight waits until a fifth of the screen is nearly white, as our windows are and the compositor's desktop, which may
// still be fading in, is not; and until it shows the same thing twice. It is for what the X server cannot be asked about.
func (d *Desktop) WaitLight(what string) {
	d.tb.Helper()
	const light = 0xf0 // of a channel
	d.awaitLook(what, func(now string) bool {
		n := 0
		for _, channel := range []byte(now) {
			if channel >= light {
				n++
			}
		}
		return n > len(now)/5
	})
}

// awaitLook waits until the screen shows what is asked for, twice.
func (d *Desktop) awaitLook(what string, yes func(now string) bool) {
	d.tb.Helper()
	last := ""
	d.Await(what, func() bool {
		now := d.tools("import", "-window", "root", "-depth", "8", "rgb:-").Stdout // three bytes a pixel
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
