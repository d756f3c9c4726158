package plain

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"siths-agent/internal/trusted"
)

// programs are the pinentries that draw windows, the best first: the first one can be read to a person who does not see
// and holds the keyboard. They are looked for where packages put them and nowhere else.
func programs() []string {
	return []string{"/usr/bin/pinentry-gtk-2", "/usr/bin/pinentry-qt", "/usr/bin/pinentry-qt5", "/usr/bin/pinentry-gnome3", "/usr/bin/pinentry-x11"}
}

// passed is what of our environment a pinentry gets: where the display is, in which language it shows itself there, and
// where screen readers are. Nothing that makes it load code of others is among it.
func passed() []string {
	return []string{"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS",
		"XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "DBUS_SESSION_BUS_ADDRESS",
		"AT_SPI_BUS_ADDRESS", "NO_AT_BRIDGE"}
}

// environment is all of a pinentry's.
func environment(getenv func(string) string) []string {
	env := []string{"PATH=/usr/bin:/bin"}
	for _, name := range passed() {
		if value := getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	if getenv("NO_AT_BRIDGE") == "" {
		env = append(env, "GTK_MODULES=gail:atk-bridge", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1") // for screen readers
	}
	return env
}

// mostNoise is how much of what a pinentry complains about is looked at, in bytes.
const mostNoise = 4096

// noiseTime is how long what a pinentry has started may keep our end of its standard error once the pinentry itself has gone:
// a bus for a desktop that had none lives on with it.
const noiseTime = 100 * time.Millisecond

// child is the process of a pinentry.
type child struct {
	cmd   *exec.Cmd
	noise *noise
	gone  chan struct{}
}

// start starts the first of the pinentries that is there, and that nobody but root could have put there.
func start(getenv func(string) string) (*pinentry, error) {
	program, err := find(programs())
	if err != nil {
		return nil, err
	}
	return startProgram(program, environment(getenv))
}

func find(paths []string) (string, error) {
	all := errNoPinentry
	for _, path := range paths {
		real, err := trusted.Resolve(path)
		if err == nil {
			return real, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return "", all
}

// startProgram starts a pinentry that ends with us.
func startProgram(program string, env []string) (*pinentry, error) {
	c := &child{cmd: &exec.Cmd{Path: program, Args: []string{program}, Env: env, Dir: "/",
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}, WaitDelay: noiseTime}, noise: &noise{}, gone: make(chan struct{})}
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.cmd.Stdout, c.cmd.Stderr = theirs, c.noise
	started := make(chan error, 1)
	go c.live(started)
	err = <-started
	_ = theirs.Close()
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	end := sync.OnceFunc(func() {
		_ = c.cmd.Process.Kill() // it may have gone by itself
		<-c.gone
		_ = out.Close()
	})
	return &pinentry{in: in, out: out, end: end, noKeyboard: c.noKeyboard}, nil
}

// live starts the process and waits for its end, in one thread: that is whose end the kernel watches (prctl(2),
// PR_SET_PDEATHSIG).
func (c *child) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(c.gone)
	err := c.cmd.Start()
	started <- err
	if err == nil {
		_ = c.cmd.Wait() // how it has ended does not matter
	}
}

// noKeyboard says whether it gave up because another program holds the keyboard (pinentry, grab_keyboard).
func (c *child) noKeyboard() bool { return strings.Contains(c.noise.String(), "could not grab") }

// noise is the beginning of what a pinentry writes to its standard error.
type noise struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write never fails.
func (n *noise) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.buf.Write(p[:min(len(p), mostNoise-n.buf.Len())])
	return len(p), nil
}

// String is what was kept.
func (n *noise) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.String()
}
