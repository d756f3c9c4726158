package caller

import (
	"errors"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAProcessThatHasEndedIsNoCallerThoughItsNumberIsThere(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	cmd := exec.Command(self(t))
	cmd.Env = []string{"CALLER_MANNER=plain", "CALLER_SOCKET=" + d.path}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	conn := d.next(t)
	_ = in.Close()
	// It stays there, ended, until somebody asks how: nobody does before the test's end.
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	if c, err := New(t.Context(), &sessions{}).Who(t.Context(), conn); !errors.Is(err, ErrGone) {
		t.Errorf("it is %+v, %v", c, err)
	}
}

func TestAFileThatHasChangedSinceItWasSeenIsNotRead(t *testing.T) {
	t.Parallel()
	here, err := openCached(allowed)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = here.Close() }()
	f, _, err := stateOf(int(here.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := describe(allowed, f); err != nil || d.digest != digestAt(t, allowed) {
		t.Errorf("as it was seen: %+v, %v", d, err)
	}
	for name, change := range map[string]func(*file){
		"another file":  func(f *file) { f.image.Inode++ },
		"another state": func(f *file) { f.ctime.Nsec ^= 1 },
	} {
		seen := f
		change(&seen)
		if d, err := describe(allowed, seen); !errors.Is(err, errNotRead) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}
