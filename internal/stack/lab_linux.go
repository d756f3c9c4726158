package stack

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

//go:embed world.sh
var worldScript string

// Options are the choices of a lab. The zero value is a lab with the people of DefaultPeople in the system's
// temporary folder.
type Options struct {
	// Parent is the folder that the lab's own folder is made in; socket paths are limited to 108 bytes, so keep it short.
	Parent string
	// People are the accounts added to the machine's own.
	People []Person
	// Bin is the folder of this project's programs; empty means $SITHS_BIN, else the source tree's bin/.
	Bin string
}

// Lab is one private world: own mounts, own network, own accounts, own PAM files. Nothing on the machine changes.
// Its methods may be called from several goroutines.
type Lab struct {
	dir    string
	bin    string
	root   bool
	people map[string]Person
	holder *exec.Cmd
	input  io.Closer
	ended  chan struct{}
	stderr *tail

	mu     sync.Mutex
	procs  []*Proc
	agents int
	cards  int

	sessions []*Session // a session whose pipe is collected as garbage has ended for logind
}

// New makes a lab. The caller closes it; if the calling process dies, the lab ends by itself and takes everything
// that runs in it along. Without root (user namespaces) there is a lab too, but nothing can run as another person
// and there is no Logind.
func New(ctx context.Context, o Options) (*Lab, error) {
	if err := requireTools("unshare", "nsenter", "setpriv", "ip"); err != nil {
		return nil, err
	}
	l, err := layOut(o)
	if err != nil {
		return nil, fmt.Errorf("laying out the lab: %w", err)
	}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the lab: %w", err), os.RemoveAll(l.dir))
	}
	return l, nil
}

// layOut writes the lab's folder, before there is any process.
func layOut(o Options) (*Lab, error) {
	if o.People == nil {
		o.People = DefaultPeople()
	}
	bin, err := binFolder(o.Bin)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.Parent, "siths-lab-")
	if err != nil {
		return nil, err
	}
	l := &Lab{dir: dir, bin: bin, root: os.Geteuid() == 0, people: map[string]Person{}, ended: make(chan struct{}), stderr: &tail{}}
	for _, step := range []func() error{l.writeFolders, func() error { return l.writePeople(o.People) }, l.copyPAM} {
		if err := step(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	return l, nil
}

// writeFolders makes the folders that world.sh mounts over the machine's.
func (l *Lab) writeFolders() error {
	if err := os.Chmod(l.dir, 0o755); err != nil { // people of the lab walk through it
		return err
	}
	for _, name := range []string{"cgroup", "etc/pam.d", "home", "power", "run/dbus", "run/pcscd", "run/systemd", "run/user", "xkb"} {
		if err := os.MkdirAll(l.Path(name), 0o755); err != nil {
			return err
		}
	}
	// The sleep states that elogind reads before it agrees to suspend (kernel, Documentation/admin-guide/pm/sleep-states.rst).
	for name, states := range map[string]string{"state": "freeze mem\n", "mem_sleep": "[s2idle]\n", "disk": "[platform]\n"} {
		if err := os.WriteFile(l.Path("power", name), []byte(states), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(l.Path("etc", "cgroup"), nil, 0o644)
}

// open starts the holder and waits until the world is ready.
func (l *Lab) open(ctx context.Context) error {
	args := []string{"--mount", "--net", "--propagation", "private"}
	if !l.root {
		args = append(args, "--map-root-user")
	}
	args = append(args, "--", "/bin/sh", "-c", worldScript, "world", l.dir, yesNo(l.root))
	l.holder = exec.Command("unshare", args...)
	l.holder.Stderr = l.stderr
	input, err := l.holder.StdinPipe()
	if err != nil {
		return err
	}
	ready := newSignalWriter("ready\n")
	l.input, l.holder.Stdout = input, ready
	if err := l.holder.Start(); err != nil {
		return err
	}
	go func() {
		defer close(l.ended)
		_ = l.holder.Wait() // the state is read where ended is waited for
	}()
	select {
	case <-ready.seen:
		return nil
	case <-l.ended:
		return fmt.Errorf("the lab's first process ended: %s", strings.TrimSpace(l.stderr.String()))
	case <-ctx.Done():
		return errors.Join(ctx.Err(), l.Close())
	}
}

// Close ends every process of the lab and removes its folder.
func (l *Lab) Close() error {
	l.mu.Lock()
	procs := l.procs
	l.mu.Unlock()
	for _, p := range procs {
		p.Kill()
	}
	_ = l.input.Close() // the holder sweeps on end of input; closing twice is harmless
	<-l.ended
	for _, p := range procs {
		<-p.Done()
	}
	if code := l.holder.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the lab's first process ended with %d: %s", code, l.stderr)
	}
	return nil
}

// keep holds on to a session for as long as the lab is there.
func (l *Lab) keep(s *Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions = append(l.sessions, s)
}

// Dir is the lab's folder, as seen from inside and outside.
func (l *Lab) Dir() string { return l.dir }

// Path joins names to the lab's folder. /run of the lab is Path("run"), so sockets in it can be dialled from outside.
func (l *Lab) Path(names ...string) string {
	return filepath.Join(append([]string{l.dir}, names...)...)
}

// Log is what every process of the lab wrote on its standard error, for the report of a failure.
func (l *Lab) Log() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for _, p := range l.procs {
		if text := p.Stderr(); text != "" {
			fmt.Fprintf(&b, "--- %s (pid %d) ---\n%s\n", p.name, p.PID, strings.TrimRight(text, "\n"))
		}
	}
	return b.String()
}

// Enter is the beginning of a command line that runs the rest of it inside the lab, as its root.
func (l *Lab) Enter() []string {
	args := []string{"nsenter", "--target", strconv.Itoa(l.holder.Process.Pid), "--mount", "--net"}
	if !l.root {
		args = append(args, "--user", "--preserve-credentials")
	}
	return append(args, "--")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
