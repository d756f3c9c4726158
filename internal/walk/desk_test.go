package main

import (
	"io"
	"os"
	"os/user"
	"slices"
	"strconv"
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/ui/text"
)

// TestTheWalkOnADesktopShowsIconAndWindow takes the walk with a panel, and a person who types what the terminal says.
func TestTheWalkOnADesktopShowsIconAndWindow(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	d := desktop.Open(t, lab, desktop.Plan{Panel: true})
	seen := newTranscript()
	p := lab.Start(walkOn(t, lab, d, seen))
	d.WaitTray()
	d.WaitPainted(d.WaitActive("^SITHS Agent"))
	d.Screenshot("pin")
	d.Type(trainingPIN)
	d.Key("Return")
	<-p.Done()
	if p.Code() != exitOK {
		t.Fatalf("exit code %d:\n%s", p.Code(), seen)
	}
	told(t, text.SV, seen.String(), []text.WalkWord{text.WalkTitle, text.WalkDesk, text.WalkInsert, text.WalkDeskPIN, text.WalkProof,
		text.WalkDeskIn, text.WalkProgramSigned, text.WalkThief, text.WalkRemove, text.WalkLocked, text.WalkProgramEnded, text.WalkAuditWhole, text.WalkDone})
	d.Await("icon and window to be gone", func() bool { return len(d.TrayItems()) == 0 && len(d.Windows("^SITHS")) == 0 })
}

// walkOn is the walk on a desktop, as root with folders of its own: those of the desktop are its person's.
func walkOn(t *testing.T, lab *stacktest.Lab, d *desktop.Desktop, seen io.Writer) stack.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	env := append(d.Env(), asWalk+"=yes", "TMPDIR="+own, "HOME="+own, "PATH="+os.Getenv("PATH"), "SITHS_BIN="+lab.Bin())
	for _, name := range []string{"RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME"} {
		env = append(env, "XDG_"+name+"="+own)
	}
	return stack.Cmd{Path: self, Env: env, Stdout: seen}
}

func TestTheDesktopUnderSudoIsThePersons(t *testing.T) {
	for _, environ := range [][]string{nil, {"SUDO_UID=1000"}, {"DISPLAY="}} {
		if d, err := findDesk(environ); d != nil || err != nil {
			t.Errorf("%q has a desktop: %+v, %v", environ, d, err)
		}
	}
	d, err := findDesk([]string{"DISPLAY=:0"})
	if err != nil || d.as != nil || d.account != account {
		t.Errorf("root's own: %+v, %v", d, err)
	}
	who, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	d, err = findDesk([]string{"WAYLAND_DISPLAY=wayland-0", "HOME=/root", "SUDO_UID=" + who.Uid})
	if err != nil {
		t.Fatal(err)
	}
	if d.account != "nobody" || strconv.Itoa(int(d.as.Uid)) != who.Uid || valueOf(d.env, "HOME") != who.HomeDir {
		t.Errorf("under sudo: %+v", d)
	}
	if !slices.Contains(d.env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/"+who.Uid+"/bus") {
		t.Errorf("its bus is not in %q", d.env)
	}
	if d, err := findDesk([]string{"DISPLAY=:0", "SUDO_UID=x"}); err == nil {
		t.Errorf("a caller who is no number: %+v", d)
	}
}
