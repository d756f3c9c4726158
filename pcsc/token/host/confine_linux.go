package host

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"siths-agent/internal/confine"
)

// settingsFD is the child's second descriptor. The settings are given open: the child's user may not be able to reach them
// by path, and must not fall back to the system's settings because of that.
const settingsFD = "/proc/self/fd/4"

// childUser is the system user that children run as when the service is root.
const childUser = "siths-cardhost"

// startChild starts the program with the pipe as descriptor 3. The PC/SC service is reached over a socket in the file
// system, which a network namespace does not hide.
func startChild(ctx context.Context, opt Options, pipe, settings *os.File) (*exec.Cmd, error) {
	c := confine.Child{
		Program: opt.Program, User: childUser, Env: environment(), Files: []*os.File{pipe, settings},
		Log: opt.Log, Level: slog.LevelDebug,
	}
	if os.Geteuid() == 0 && canUnshare() {
		c.Namespaces = apart()
	}
	return confine.Start(ctx, c)
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

// canUnshare says whether this process may make namespaces. A service manager that has put it into namespaces without
// a network takes that right away (see siths-agentd.service), and the child inherits those.
func canUnshare() bool {
	var caps [2]unix.CapUserData // version 3 has the capabilities in two words of 32 (capget(2))
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	err := unix.Capget(&header, &caps[0])
	return err == nil && caps[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
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
