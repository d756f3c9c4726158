package host

import (
	"context"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The child's descriptors after the standard ones. The settings and the program are given open: the child's user may
// not be able to reach them by path, and must not fall back to the system's settings because of that.
const (
	settingsFD = "/proc/self/fd/4"
	programFD  = "/proc/self/fd/5"
)

// childUser is the system user that children run as when the service is root; nobody takes its place until the
// package has made it.
const childUser = "siths-cardhost"

// nobody is Debian's uid and gid of nobody and nogroup (Debian policy 9.2.2).
const nobody = 65534

// startChild starts the program with the pipe as descriptor 3.
func startChild(ctx context.Context, opt Options, pipe, settings *os.File) (*exec.Cmd, error) {
	if err := keepFiles(); err != nil {
		return nil, err
	}
	program, err := os.Open(opt.Program)
	if err != nil {
		return nil, err
	}
	defer func() { _ = program.Close() }()
	cmd := exec.CommandContext(ctx, programFD)
	cmd.Args = []string{filepath.Base(opt.Program)}
	cmd.Env = environment()
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{pipe, settings, program}
	cmd.Stderr = &logWriter{log: opt.Log}
	confine(cmd)
	return cmd, cmd.Start()
}

// settingsFile puts the child's settings into a file in memory that nobody can change any more.
func settingsFile(text string) (*os.File, error) {
	fd, err := unix.MemfdCreate("opensc.conf", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "opensc.conf")
	_, err = f.WriteString(text)
	if err == nil {
		err = seal(f)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// confine takes from the child what it does not need: root, the network, and a life longer than ours. The PC/SC
// service is reached over a socket in the file system, which a network namespace does not hide.
func confine(cmd *exec.Cmd) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if os.Geteuid() == 0 {
		attr.Credential = stranger()
		if canUnshare() {
			attr.Cloneflags = apart()
		}
	}
	cmd.SysProcAttr = attr
}

// canUnshare says whether this process may make namespaces. A service manager that has put it into namespaces without
// a network takes that right away (see siths-agentd.service), and the child inherits those.
func canUnshare() bool {
	var caps [2]unix.CapUserData // version 3 has the capabilities in two words of 32 (capget(2))
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	err := unix.Capget(&header, &caps[0])
	return err == nil && caps[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

func childIDs() (uid, gid uint32) {
	u, err := user.Lookup(childUser)
	if err != nil {
		return nobody, nobody
	}
	id, err1 := strconv.ParseUint(u.Uid, 10, 32)
	group, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil || id == 0 {
		return nobody, nobody
	}
	return uint32(id), uint32(group)
}

// socketPair returns our end as a connection with deadlines and the child's as a file.
func socketPair() (net.Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	ours := os.NewFile(uintptr(fds[0]), "cardhost")
	theirs := os.NewFile(uintptr(fds[1]), "cardhost-child")
	conn, err := net.FileConn(ours)
	_ = ours.Close()
	if err != nil {
		_ = theirs.Close()
		return nil, nil, err
	}
	return conn, theirs, nil
}
