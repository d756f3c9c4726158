package pam

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"siths-agent/internal/stack"
)

// nobody is whom the impostor runs as.
const nobody = 65534

// impersonate says yes to everything on a socket, and tells on its output of each caller and of each byte that it gets.
func impersonate(socket string) error {
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	if err := os.Chmod(socket, 0o777); err != nil {
		return err
	}
	fmt.Println("ready")
	return server(answers()).Serve(tattler{l})
}

// tattler tells who comes and what is said.
type tattler struct{ net.Listener }

func (l tattler) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		fmt.Println("a caller")
	}
	return told{c}, err
}

type told struct{ net.Conn }

func (c told) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		fmt.Println("bytes", n)
	}
	return n, err
}

// impostor is a running impostor of another user.
type impostor struct {
	socket string
	cmd    *exec.Cmd
	lines  *bufio.Reader
}

// startImpostor lets nobody serve a socket that everybody can reach.
func startImpostor(t *testing.T) *impostor {
	t.Helper()
	dir, err := os.MkdirTemp("", "impostor")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = stack.WriteProgram(filepath.Join(dir, "impostor"), self)
	}
	if err == nil {
		err = os.Chmod(dir, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	i := &impostor{socket: filepath.Join(dir, "agent.sock"), cmd: exec.Command(filepath.Join(dir, "impostor"))}
	i.cmd.Env = []string{impostorSocket + "=" + i.socket}
	i.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, Pdeathsig: syscall.SIGKILL}
	out, err := i.cmd.StdoutPipe()
	if err == nil {
		err = i.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = i.cmd.Process.Kill(), i.cmd.Wait() })
	i.lines = bufio.NewReader(out)
	if line, err := i.lines.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the impostor says %q, %v", line, err)
	}
	return i
}

// heard ends the impostor and returns how many called and how many of them said anything.
func (i *impostor) heard(t *testing.T) (callers, spoke int) {
	t.Helper()
	if err := i.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(i.lines)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(rest), "a caller\n"), strings.Count(string(rest), "bytes ")
}
