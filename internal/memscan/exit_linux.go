package memscan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// ExitWatch waits for the end of a process and looks for canaries in what it leaves, as in a core file of its last
// moment.
type ExitWatch struct {
	cmd *exec.Cmd
	out *json.Decoder
}

// order is what the watcher's own process is told.
type order struct {
	PID      int
	Canaries []string
}

// outcome is what it answers, twice: when it watches, and when the process has ended.
type outcome struct {
	Report Report
	Error  string
	Gone   bool // the error is ErrGone
}

// WatchExit begins to watch. It needs a process of its own, since a parent that waits for its child would see the stop
// at the end instead: helper is a command line that calls ServeExitWatch.
func WatchExit(helper *exec.Cmd, pid int, canaries ...string) (*ExitWatch, error) {
	in, err := helper.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := helper.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := helper.Start(); err != nil {
		return nil, err
	}
	w := &ExitWatch{cmd: helper, out: json.NewDecoder(out)}
	if err := json.NewEncoder(in).Encode(order{pid, canaries}); err != nil {
		return nil, err
	}
	_, err = w.next()
	return w, err
}

// Report waits for the end of the process. It fails with ErrGone when the kernel let the process go without the stop at
// its end, as happens when it is killed while it ends.
func (w *ExitWatch) Report() (Report, error) {
	r, err := w.next()
	if waited := w.cmd.Wait(); err == nil {
		err = waited
	}
	return r, err
}

func (w *ExitWatch) next() (Report, error) {
	var o outcome
	if err := w.out.Decode(&o); err != nil {
		return o.Report, fmt.Errorf("asking the watcher: %w", err)
	}
	if o.Gone {
		return o.Report, fmt.Errorf("watching: %w", ErrGone)
	}
	if o.Error != "" {
		return o.Report, fmt.Errorf("watching: %s", o.Error)
	}
	return o.Report, nil
}

// ServeExitWatch is the whole work of the watcher's process.
func ServeExitWatch(in io.Reader, out io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	var n Needles
	for _, c := range o.Canaries {
		n.Add(c)
	}
	say := func(r Report, err error) error {
		answer := outcome{Report: r}
		if err != nil {
			answer.Error, answer.Gone = err.Error(), errors.Is(err, ErrGone)
		}
		return json.NewEncoder(out).Encode(answer)
	}
	var last Report
	err := atExit(o.PID, func() error { return say(Report{}, nil) }, func() (err error) {
		last, err = Scan(o.PID, &n)
		return err
	})
	return say(last, err)
}

// atExit calls look at the last moment of a process: all its threads but the first may be gone, its memory is not.
func atExit(pid int, watching, look func() error) error {
	runtime.LockOSThread() // for good: the kernel knows a tracer by its thread
	if err := ptrace(unix.PTRACE_SEIZE, pid, 0, unix.PTRACE_O_TRACEEXIT); err != nil {
		return os.NewSyscallError("ptrace", err)
	}
	if err := watching(); err != nil {
		return err
	}
	for {
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err == unix.EINTR {
			continue
		} else if err != nil {
			return os.NewSyscallError("wait4", err)
		}
		switch {
		case !status.Stopped():
			return fmt.Errorf("%w before it could be looked at", ErrGone)
		case event(status) == unix.PTRACE_EVENT_EXIT:
			err := look()
			_ = ptrace(unix.PTRACE_DETACH, pid, 0, 0) // the end of this process does the same
			return err
		}
		// One that was killed while it stood is gone from here, and comes to its end all the same.
		if err := ptrace(goOn(status), pid, 0, passOn(status)); err != nil && !errors.Is(err, syscall.ESRCH) {
			return os.NewSyscallError("ptrace", err)
		}
	}
}

// event is which of the tracer's own stops this is, 0 for a signal (ptrace(2)).
func event(status unix.WaitStatus) uint32 { return uint32(status) >> 16 }

// goOn is what lets a stopped process go on: one that SIGSTOP has frozen stays so.
func goOn(status unix.WaitStatus) uintptr {
	if event(status) == unix.PTRACE_EVENT_STOP && status.StopSignal() == syscall.SIGSTOP {
		return unix.PTRACE_LISTEN
	}
	return unix.PTRACE_CONT
}

// passOn is the signal that the process was about to get.
func passOn(status unix.WaitStatus) uintptr {
	if event(status) != 0 || status.StopSignal() == syscall.SIGTRAP {
		return 0
	}
	return uintptr(status.StopSignal())
}

func ptrace(request uintptr, pid int, address, data uintptr) error {
	if _, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, request, uintptr(pid), address, data, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
