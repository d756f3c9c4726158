package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// stepsVar says what to do, one step after another with semicolons between.
const stepsVar = "LABELS_STEPS"

// door is the socket that it connects to.
const door = "/run/door"

func main() {
	if err := walk(os.Getenv(stepsVar)); err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// walk takes one step after another, and waits for the end of its input. A profile is a thread's (aa_change_profile(2)): all are taken by the same one.
func walk(steps string) error {
	runtime.LockOSThread()
	for steps != "" {
		step, rest, _ := strings.Cut(steps, ";")
		name, value, _ := strings.Cut(step, "=")
		env := []string{stepsVar + "=" + rest}
		switch name {
		case "run":
			return unix.Exec(value, []string{value}, env)
		case "start":
			return other(value, env, nil)
		case "inside": // a namespace of users that it is root in
			return other(value, env, &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER})
		}
		if err := take(name, value); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		steps = rest
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func take(name, value string) error {
	switch name {
	case "now": // a command to AppArmor for this thread (proc_pid_attr(5))
		return os.WriteFile("/proc/thread-self/attr/current", []byte(value), 0)
	case "next": // and one for its next execve(2)
		return os.WriteFile("/proc/thread-self/attr/exec", []byte(value), 0)
	case "connect": // in a way that survives an execve(2)
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		return unix.Connect(fd, &unix.SockaddrUnix{Name: door})
	case "memory": // of another process
		fd, err := unix.Open("/proc/"+value+"/mem", unix.O_RDWR, 0)
		_ = unix.Close(fd)
		return err
	}
	return errors.New("no such step")
}

// other is a child for the rest of the steps.
func other(path string, env []string, how *syscall.SysProcAttr) error {
	child := exec.Command(path)
	child.Env, child.Stdin, child.Stderr, child.SysProcAttr = env, os.Stdin, os.Stderr, how
	return child.Run()
}
