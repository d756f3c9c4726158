package confine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// firstFD is the descriptor of the first of a child's files (os/exec.Cmd, ExtraFiles).
const firstFD = 3

// nobody is Debian's uid and gid of nobody and nogroup (Debian policy 9.2.2).
const nobody = 65534

// start gives the child its program open, too: its user may not be able to reach it by path.
func start(ctx context.Context, c Child) (*exec.Cmd, error) {
	if err := keepFiles(); err != nil {
		return nil, err
	}
	program, err := os.Open(c.Program)
	if err != nil {
		return nil, err
	}
	defer func() { _ = program.Close() }()
	cmd := exec.CommandContext(ctx, fmt.Sprintf("/proc/self/fd/%d", firstFD+len(c.Files)))
	cmd.Args = []string{filepath.Base(c.Program)}
	cmd.Env = append([]string{}, c.Env...) // nil would be ours
	cmd.Dir = "/"
	cmd.ExtraFiles = append(append([]*os.File{}, c.Files...), program)
	cmd.Stderr = &logWriter{log: c.Log, name: cmd.Args[0], level: c.Level}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true, Cloneflags: c.Namespaces}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential, cmd.SysProcAttr.AmbientCaps = stranger(c.User), c.Rights
	}
	return cmd, cmd.Start()
}

func ids(name string) (uid, gid uint32) {
	u, err := user.Lookup(name)
	if err != nil {
		return nobody, nobody
	}
	id, err1 := strconv.ParseUint(u.Uid, 10, 32)
	group, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if errors.Join(err1, err2) != nil || id == 0 {
		return nobody, nobody
	}
	return uint32(id), uint32(group)
}
