package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// stopLimit is how long a process may take to end after SIGTERM: the service promises 2 s.
const stopLimit = 5 * time.Second

// Cmd is a program to run in a lab.
type Cmd struct {
	// Path is the program: an absolute path or a name looked for in the system's folders.
	Path string
	// Args follow the program's name.
	Args []string
	// Env adds to the small environment every program gets (PATH, LANG, and HOME and USER of its person).
	Env []string
	// As is the person it runs as; empty means the lab's root.
	As string
	// Stdin is its input; nil means none.
	Stdin io.Reader
	// Stdout gets its output; nil means it is kept beside the errors.
	Stdout io.Writer
	// Files are further open files that it gets, as its descriptors from 3 on.
	Files []*os.File

	cgroup string // the folder of the session it belongs to; empty means none
}

// Proc is a running process of a lab.
type Proc struct {
	// PID is its number, the same inside and outside of the lab.
	PID    int
	name   string
	cmd    *exec.Cmd
	stderr *tail
	done   chan struct{}
}

// Result is how a program ended.
type Result struct {
	// Stdout and Stderr are all it wrote.
	Stdout, Stderr string
	// Code is its exit code, or -1 after a signal.
	Code int
}

// Start runs a program until it ends by itself, is stopped, ctx ends, or the lab closes.
func (l *Lab) Start(ctx context.Context, c Cmd) (*Proc, error) {
	p := &Proc{name: filepath.Base(c.Path), stderr: &tail{}, done: make(chan struct{})}
	cmd, err := l.command(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", p.name, err)
	}
	p.cmd, cmd.Stderr = cmd, p.stderr
	if cmd.Stdout == nil {
		cmd.Stdout = p.stderr
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", p.name, err)
	}
	p.PID = cmd.Process.Pid
	l.procs = append(l.procs, p)
	go p.wait()
	return p, nil
}

// Run runs a program to its end. The error tells that it could not be run; a code other than 0 is no error.
func (l *Lab) Run(ctx context.Context, c Cmd) (Result, error) {
	cmd, err := l.command(ctx, c)
	if err != nil {
		return Result{}, fmt.Errorf("running %s: %w", filepath.Base(c.Path), err)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stderr = &stderr
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return Result{}, fmt.Errorf("running %s: %w", filepath.Base(c.Path), errors.Join(err, ctx.Err()))
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}, nil
}

// command is the whole line: into the lab, as the person, the program.
func (l *Lab) command(ctx context.Context, c Cmd) (*exec.Cmd, error) {
	path := c.Path
	if !filepath.IsAbs(path) {
		found, err := tool(path)
		if err != nil {
			return nil, err
		}
		path = found
	}
	line := l.Enter()
	if c.cgroup != "" {
		line = append(line, "/bin/sh", "-c", joinCgroup, c.cgroup)
	}
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}
	if c.As == "" {
		env = append(env, "HOME="+l.Path("home"), "USER=root")
	} else {
		drop, err := l.become(c.As)
		if err != nil {
			return nil, err
		}
		line = append(line, drop...)
		env = append(env, "HOME="+l.Home(c.As), "USER="+c.As, "LOGNAME="+c.As)
	}
	line = append(append(line, path), c.Args...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout = append(env, c.Env...), c.Stdin, c.Stdout
	cmd.ExtraFiles = c.Files
	cmd.WaitDelay = stopLimit // a grandchild that keeps the output open must not hold Wait
	return cmd, nil
}

// joinCgroup puts the shell into the cgroup named by $0 and turns it into the rest of the line.
const joinCgroup = `echo $$ >"$0/cgroup.procs" && exec "$@"`

// errNotRoot tells that only root can become somebody else.
var errNotRoot = errors.New("running as another person needs a lab made by root")

// become is the part of a command line that turns into a person, with the groups of the lab's group file.
func (l *Lab) become(name string) ([]string, error) {
	p, err := l.Person(name)
	if err != nil {
		return nil, err
	}
	if !l.root {
		return nil, errNotRoot
	}
	id := strconv.FormatUint(uint64(p.UID), 10)
	return []string{"setpriv", "--reuid", id, "--regid", id, "--init-groups", "--"}, nil
}

// wait reaps the process.
func (p *Proc) wait() {
	defer close(p.done)
	_ = p.cmd.Wait() // the state is read where done is waited for
}

// Done is closed when the process has ended.
func (p *Proc) Done() <-chan struct{} { return p.done }

// Code is the exit code after Done, -1 after a signal.
func (p *Proc) Code() int { return p.cmd.ProcessState.ExitCode() }

// Stderr is the end of what it wrote on its standard error, and on its output where that went nowhere else.
func (p *Proc) Stderr() string { return p.stderr.String() }

// Signal sends a signal; a process that has ended is no error.
func (p *Proc) Signal(s syscall.Signal) error {
	err := p.cmd.Process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Kill ends it at once, without waiting.
func (p *Proc) Kill() { _ = p.Signal(syscall.SIGKILL) }

// Stop asks it to end and waits; a process that takes longer than 5 s is killed, and that is an error.
func (p *Proc) Stop() error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopLimit):
		p.Kill()
		<-p.done
		return fmt.Errorf("%s (pid %d) did not end within %s of SIGTERM", p.name, p.PID, stopLimit)
	}
}

// Wait waits for its end and returns the exit code.
func (p *Proc) Wait(ctx context.Context) (int, error) {
	select {
	case <-p.done:
		return p.Code(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("waiting for %s (pid %d): %w", p.name, p.PID, ctx.Err())
	}
}
