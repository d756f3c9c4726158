package child

import (
	"os/exec"
	"syscall"
)

// alone gives a program a session of its own, without a terminal to ask on, and ends all of it with us or its context.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
