package labels

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// stepsVar says what a stepper does.
const stepsVar = "LABELS_STEPS"

// door is the socket that programs connect to.
const door = "/run/door"

// program is a process that ends when its input does.
type program struct {
	*exec.Cmd
	in    io.WriteCloser
	out   io.Reader
	ended chan error
}

func (p program) pid() int32 { return int32(p.Process.Pid) }

// end has it end, and says how it did.
func (p program) end() error {
	_ = p.in.Close()
	return <-p.ended
}

// start starts a program for the person.
func start(t *testing.T, path string, env ...string) program {
	t.Helper()
	p := program{Cmd: exec.Command(path), ended: make(chan error, 1)}
	p.Env, p.Stderr = env, os.Stderr
	p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: who, Gid: who}}
	in, err := p.StdinPipe()
	out, err2 := p.StdoutPipe()
	if err = errors.Join(err, err2); err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, out
	go func() { p.ended <- p.Wait(); close(p.ended) }()
	t.Cleanup(func() { _ = p.end() })
	return p
}

// stepping starts one of the programs that take steps.
func stepping(t *testing.T, path, steps string) program {
	t.Helper()
	return start(t, path, stepsVar+"="+steps)
}

// becomes waits until a process runs another program.
func becomes(t *testing.T, pid int32, path string) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(time.Minute); ; <-look.C {
		now, err := os.Readlink("/proc/" + strconv.Itoa(int(pid)) + "/exe")
		if now == path {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it runs %s, %v", now, err)
		}
	}
}
