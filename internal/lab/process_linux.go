package lab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"siths-agent/internal/stack"
)

// patience bounds what a server may take to listen, and to end when it is asked to.
const (
	patience = time.Minute
	farewell = 3 * time.Second
)

// program is a server to run: it stays in the foreground and listens on a port.
type program struct {
	path string
	args []string
	env  []string
	port int
}

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// run starts a part's server and returns when it listens.
func (l *Lab) run(part Part) (*process, error) {
	spec := map[Part]func() program{KDC: l.kdc, Web: l.apache(Web), Strict: l.apache(Strict), SPNEGO: l.apache(SPNEGO), AD: l.samba, SSH: l.sshd,
		Nginx: l.nginx, HAProxy: l.haproxy}[part]()
	log, err := os.OpenFile(l.Path(string(part), "output.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the server has its own copy
	cmd := l.command(spec.env, spec.path, spec.args...)
	cmd.Stdout, cmd.Stderr = log, log
	p, err := start(cmd)
	if err != nil {
		return nil, err
	}
	if err := p.await(l, spec.port); err != nil {
		p.end()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%w: %s%s", err, said, l.Errors(part))
	}
	return p, nil
}

// start starts a command in a process group of its own, so that its helpers end with it.
func start(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait()
	}()
	return p, nil
}

// await returns when the process listens on the port.
func (p *process) await(l *Lab, port int) error {
	deadline := time.After(patience)
	for !stack.Listens(p.cmd.Process.Pid, port) {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended with %d", p.cmd.Path, p.cmd.ProcessState.ExitCode())
		case <-deadline:
			return fmt.Errorf("%s does not listen on port %d", p.cmd.Path, port)
		case <-l.ctx.Done():
			return l.ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

func (p *process) signal(s syscall.Signal) error { return syscall.Kill(-p.cmd.Process.Pid, s) }

// end asks the process to end, and makes it after a while.
func (p *process) end() {
	_ = p.signal(syscall.SIGTERM) // one that has ended is no error
	_ = p.signal(syscall.SIGCONT) // one that is frozen hears it then
	select {
	case <-p.done:
	case <-time.After(farewell):
	}
	_ = p.signal(syscall.SIGKILL) // its helpers
	<-p.done
}

// command is a program in the lab's world that ends with it.
func (l *Lab) command(env []string, path string, args ...string) *exec.Cmd {
	line := append(append(append([]string{}, l.opts.Enter...), path), args...)
	cmd := exec.CommandContext(l.ctx, line[0], line[1:]...)
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=" + l.Dir}, env...)
	cmd.WaitDelay = farewell
	return cmd
}

// do runs a program to its end; its words matter only when it fails. Input may be empty.
func (l *Lab) do(env []string, input, path string, args ...string) error {
	cmd := l.command(env, path, args...)
	cmd.Stdin = bytes.NewReader([]byte(input))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("running %s: %w", filepath.Base(path), err), errors.New(string(out)))
	}
	return nil
}
