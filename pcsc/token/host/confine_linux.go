package host

import (
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

const rootDir = "/"

// childUser is the system user that children run as when the service is root; nobody takes its place until the
// package has made it.
const childUser = "siths-cardhost"

// nobody is Debian's uid and gid of nobody and nogroup (Debian policy 9.2.2).
const nobody = 65534

// environment is all that a child gets: where its settings are, and nothing of ours.
func environment(conf string) []string {
	return []string{"OPENSC_CONF=" + conf, "PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C.UTF-8"}
}

// confine takes from the child what it does not need: root, the network, and a life longer than ours. The PC/SC
// service is reached over a socket in the file system, which a network namespace does not hide.
func confine(cmd *exec.Cmd) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if os.Geteuid() == 0 {
		uid, gid := childIDs()
		attr.Credential = &syscall.Credential{Uid: uid, Gid: gid, Groups: []uint32{}}
		attr.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWIPC
	}
	cmd.SysProcAttr = attr
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
