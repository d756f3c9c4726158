package vcard

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// room is a network and mount namespace with a reader service of its own, so that tests run side by side and nothing
// is reachable from outside.
type room struct {
	pid  int    // of the process that keeps the namespaces
	home string // of the programs run in it
}

func newRoom(t testing.TB) *room {
	t.Helper()
	keeper := exec.Command("unshare", "-mn", "--propagation", "private", "--", "sh", "-c",
		"ip link set lo up && mkdir -p /run/pcscd && mount -t tmpfs tmpfs /run/pcscd && echo ready && exec cat")
	keeper.Stderr = os.Stderr
	stdin, err := keeper.StdinPipe() // ends the keeper when this process dies
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := keeper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = keeper.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Fatalf("making the namespaces needs root, unshare and ip: %q, %v", line, err)
	}
	return &room{pid: keeper.Process.Pid, home: t.TempDir()}
}

// command is a program that runs in the room, with nothing of the caller's environment but the path.
func (r *room) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	enter := []string{"-t", strconv.Itoa(r.pid), "-m", "-n", "--", program}
	cmd := exec.CommandContext(ctx, "nsenter", append(enter, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.home, "XDG_CACHE_HOME=" + r.home, "LANG=C"}
	return cmd
}

// run runs a program to its end and returns what it wrote.
func (r *room) run(t testing.TB, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	output, err := r.command(ctx, program, args...).CombinedOutput()
	return string(output), err
}

func (r *room) mustRun(t testing.TB, program string, args ...string) string {
	t.Helper()
	output, err := r.run(t, program, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, output)
	}
	return output
}

// pkcs11 runs pkcs11-tool on OpenSC's module.
func (r *room) pkcs11(t testing.TB, args ...string) (string, error) {
	t.Helper()
	return r.run(t, "pkcs11-tool", append([]string{"--module", "opensc-pkcs11.so"}, args...)...)
}

// dial reaches the reader from inside the room. A socket belongs to the namespace of the thread that made it.
func (r *room) dial(ctx context.Context) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine, since it cannot serve others any more
		conn, err := r.dialHere(ctx)
		done <- result{conn, err}
	}()
	got := <-done
	return got.conn, got.err
}

func (r *room) dialHere(ctx context.Context) (net.Conn, error) {
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", r.pid))
	if err != nil {
		return nil, err
	}
	defer namespace.Close()
	if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, "tcp", DefaultReader)
}

// service is a running pcscd and what it says.
type service struct {
	cmd   *exec.Cmd
	lines chan string
}

func (r *room) startService(t testing.TB) *service {
	t.Helper()
	s := &service{cmd: r.command(context.Background(), "pcscd", "--foreground", "--info"), lines: make(chan string, 1000)}
	output, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = s.cmd.Stdout
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.read(output)
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *service) read(output io.Reader) {
	defer close(s.lines)
	for scanner := bufio.NewScanner(output); scanner.Scan(); {
		s.lines <- scanner.Text()
	}
}

// stop ends the service; a service that has been stopped stays so.
func (s *service) stop() {
	_ = s.cmd.Process.Kill()
	for range s.lines { // to the end of the output, before Wait closes it
	}
	_ = s.cmd.Wait()
}

// says waits until the service has said this.
func (s *service) says(t testing.TB, text string) {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case line, open := <-s.lines:
			if !open {
				t.Fatalf("pcscd ended before it said %q", text)
			}
			if strings.Contains(line, text) {
				return
			}
		case <-timeout:
			t.Fatalf("pcscd did not say %q", text)
		}
	}
}

const (
	cardInserted = "Card ATR: 3B 7F" // also when the card was there before the service
	cardRemoved  = "Card Removed From Virtual PCD"
)
