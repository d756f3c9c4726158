package caller

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/broker"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/unlock"
)

// who runs the programs of these tests.
const who = 61788

// allowed is a program that rules could name: it waits for input and does nothing.
const allowed = "/usr/bin/cat"

// TestMain is one of the programs that connect, where a test has started it as that.
func TestMain(m *testing.M) {
	manner := os.Getenv("CALLER_MANNER")
	if manner == "" {
		os.Exit(m.Run())
	}
	if err := behave(manner, os.Getenv("CALLER_SOCKET")); err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// behave connects, and goes on in its manner until its input ends.
func behave(manner, socket string) error {
	switch manner {
	case "receiver":
		return receive()
	case "hang":
		var folder, program string
		var valid uint64
		_, err := fmt.Sscan(os.Getenv("CALLER_MOUNT"), &folder, &program, &valid)
		return errors.Join(err, hang(folder, program, valid))
	case "look":
		return lookAt(os.Getenv("CALLER_PEER"))
	}
	fd, err := connect(socket)
	if err != nil {
		return err
	}
	switch manner {
	case "exec", "later":
		if manner == "later" {
			_, _ = unix.Read(0, make([]byte, 1))
		}
		return unix.Exec(allowed, []string{allowed}, nil)
	case "fork":
		child := exec.Command(allowed)
		child.Stdin = os.Stdin
		child.ExtraFiles = []*os.File{os.NewFile(uintptr(fd), "")}
		return child.Start()
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// connect opens a connection that survives an exec.
func connect(socket string) (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	return fd, unix.Connect(fd, &unix.SockaddrUnix{Name: socket})
}

// receive takes a descriptor from the socket that is its fourth, writes to it, and keeps it.
func receive() error {
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(3, make([]byte, 1), control, 0)
	if err != nil {
		return err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return err
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return err
	}
	if _, err := unix.Write(fds[0], []byte("mine")); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// door is a socket that programs connect to.
type door struct {
	*net.UnixListener
	path string
}

func openDoor(t *testing.T) door {
	t.Helper()
	path := filepath.Join(common(t), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	return door{l.(*net.UnixListener), path}
}

// next is the next connection.
func (d door) next(t *testing.T) net.Conn {
	t.Helper()
	_ = d.SetDeadline(time.Now().Add(time.Minute))
	conn, err := d.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// common is a folder that every user may read.
func common(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// copyTo is a file of root's that everybody may run.
func copyTo(t *testing.T, path, from string) string {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		syscall.ForkLock.RLock() // what another test starts meanwhile would have the file open for writing
		err = os.WriteFile(path, text, 0o755)
		syscall.ForkLock.RUnlock()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// program is a process that ends when its input does.
type program struct {
	*exec.Cmd
	in    io.WriteCloser
	ended chan struct{}
}

func (p program) pid() int32 { return int32(p.Process.Pid) }

func (p program) end() { _ = p.in.Close(); <-p.ended }

// start starts a program as a user. It ends with the test at the latest.
func start(t *testing.T, uid uint32, path string, env ...string) program {
	t.Helper()
	return startCmd(t, uid, exec.Command(path), env...)
}

func startCmd(t *testing.T, uid uint32, cmd *exec.Cmd, env ...string) program {
	t.Helper()
	cmd.Env = env
	cmd.Stderr = os.Stderr
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p := program{cmd, in, make(chan struct{})}
	go func() { defer close(p.ended); _ = cmd.Wait() }()
	t.Cleanup(p.end)
	return p
}

// self is the program of these tests where every user may run it.
func self(t *testing.T) string {
	t.Helper()
	return copyTo(t, filepath.Join(common(t), "self"), "/proc/self/exe")
}

// behaving starts the program of these tests in one of its manners.
func behaving(t *testing.T, uid uint32, path, manner string, d door) program {
	t.Helper()
	return start(t, uid, path, "CALLER_MANNER="+manner, "CALLER_SOCKET="+d.path)
}

// sessions tells of a session for each user, and counts how often it was asked.
type sessions struct{ asked int }

func (s *sessions) SessionOf(_ context.Context, _ int32, uid uint32) (unlock.Session, error) {
	s.asked++
	return unlock.Session{ID: "c" + strconv.Itoa(int(uid)), UID: uid}, nil
}

// askedWho makes a book and has it tell who has connected.
func askedWho(t *testing.T, conn net.Conn) broker.Caller {
	t.Helper()
	c, err := New(t.Context(), &sessions{}).Who(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// becomes waits until a process runs another program.
func becomes(t *testing.T, pid int32, path string) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(time.Minute); ; <-look.C {
		now, err := os.Readlink(procPath(pid, "exe")) // none while its first thread ends, if another one has called execve(2)
		if now == path {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it runs %s, %v", now, err)
		}
	}
}

// peerOf is who has made a connection, as the kernel says.
func peerOf(t *testing.T, conn net.Conn) safesocket.Peer {
	t.Helper()
	p, err := safesocket.PeerOf(conn)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
