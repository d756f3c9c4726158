package safesocket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// other is a uid that is not ours.
const other = 65534

// TestMain plays another user's part where it was started as one.
func TestMain(m *testing.M) {
	socket := os.Getenv("SOCKET")
	switch os.Getenv("ROLE") {
	case "serve": // listens, says so, hangs up on everybody, and ends with its input
		l, err := net.Listen("unix", socket)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("listening")
		go hangUp(l)
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "dial":
		conn, err := Dial(context.Background(), socket)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		_, _ = io.Copy(os.Stdout, conn)
	default:
		os.Exit(m.Run())
	}
}

func hangUp(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}

// play starts this test binary as another user.
func play(t *testing.T, role, socket string) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("this test plays another user and has to be run as root")
	}
	self, err := os.Open("/proc/self/exe") // by descriptor: the other user cannot reach the folder that it lies in
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = self.Close() })
	cmd := exec.Command("/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = []string{"ROLE=" + role, "SOCKET=" + socket, "GORACE=atexit_sleep_ms=0"} // a role that ends well has no race to tell
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: other, Gid: other, Groups: []uint32{}}, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// folder makes a folder with this mode and owner that everybody can reach.
func folder(t *testing.T, mode os.FileMode, uid int) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chown(dir, uid, uid), os.Chmod(dir, mode)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAFolderThatOthersCanWriteToIsRefused(t *testing.T) {
	for name, dir := range map[string]func() string{
		"writable for the group": func() string { return folder(t, 0o775, 0) },
		"writable for all":       func() string { return folder(t, 0o777, 0) },
		"sticky":                 func() string { return folder(t, 0o777|os.ModeSticky, 0) },
		"another user's":         func() string { return folder(t, 0o755, other) },
		"a symbolic link": func() string {
			link := filepath.Join(folder(t, 0o755, 0), "link")
			if err := os.Symlink(folder(t, 0o755, 0), link); err != nil {
				t.Fatal(err)
			}
			return link
		},
		"a file": func() string {
			file := filepath.Join(folder(t, 0o755, 0), "file")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return file
		},
		"missing": func() string { return filepath.Join(folder(t, 0o755, 0), "none") },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir(), "agent.sock")
			if l, err := Listen(path); err == nil {
				_ = l.Close()
				t.Error("it was taken")
			}
			if _, err := os.Lstat(path); err == nil {
				t.Error("a socket was left in it")
			}
		})
	}
}

func TestWhatIsInTheWayIsLeftAloneUnlessItIsOurDeadSocket(t *testing.T) {
	dead := func(t *testing.T, path string) {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		_ = l.Close()
	}
	for name, c := range map[string]struct {
		put  func(t *testing.T, path string)
		want error
	}{
		"nothing":            {func(*testing.T, string) {}, nil},
		"a dead socket":      {dead, nil},
		"another's dead one": {func(t *testing.T, path string) { dead(t, path); _ = os.Lchown(path, other, other) }, ErrNotOurs},
		"a file":             {func(_ *testing.T, path string) { _ = os.WriteFile(path, nil, 0o600) }, ErrNotOurs},
		"a symbolic link to a socket": {func(t *testing.T, path string) {
			dead(t, path+".real")
			_ = os.Symlink(path+".real", path)
		}, ErrNotOurs},
		"a living socket": {func(t *testing.T, path string) {
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		}, ErrInUse},
		"a living socket with a crowd at it": {func(t *testing.T, path string) { crowded(t, path) }, ErrInUse},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(folder(t, 0o755, 0), "agent.sock")
			c.put(t, path)
			l, err := Listen(path)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("got %v, not %v", err, c.want)
			}
			if _, gone := os.Lstat(path); gone != nil {
				t.Error("what was there is gone")
			}
			if l != nil {
				_ = l.Close()
			}
		})
	}
}

func TestEverybodyMayConnectAndTheKernelSaysWho(t *testing.T) {
	path := filepath.Join(folder(t, 0o755, 0), "agent.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	peers := make(chan Peer, 2)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p, err := PeerOf(conn)
			if err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(conn, "hello")
			_ = conn.Close()
			peers <- p
		}
	}()
	cmd := play(t, "dial", path)
	if out, err := cmd.Output(); err != nil || string(out) != "hello" {
		t.Errorf("the other user got %q, %v", out, err)
	}
	if p := <-peers; p.UID != other || p.GID != other || int(p.PID) != cmd.Process.Pid {
		t.Errorf("the other user is %+v", p)
	}
	conn, err := Dial(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if p := <-peers; p.UID != 0 || int(p.PID) != os.Getpid() {
		t.Errorf("we are %+v", p)
	}
}

func TestAServerThatAnotherUserRunsGetsNothing(t *testing.T) {
	path := filepath.Join(folder(t, 0o755, other), "agent.sock")
	server := play(t, "serve", path)
	hold, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("listening\n"))
	if _, err := io.ReadFull(out, line); err != nil || !strings.HasPrefix(string(line), "listening") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := Dial(context.Background(), path); !errors.Is(err, ErrNotOurs) {
		t.Errorf("got %v", err)
	}
	if out, err := play(t, "dial", path).CombinedOutput(); err != nil {
		t.Errorf("its own user got %q, %v", out, err)
	}
	_ = hold.Close()
	_ = server.Wait()
}

func TestDialingNothingFails(t *testing.T) {
	if _, err := Dial(context.Background(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestAConnectionThatIsNoSocketHasNoPeer(t *testing.T) {
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	if _, err := PeerOf(a); !errors.Is(err, ErrNoPeer) {
		t.Errorf("got %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if p, err := PeerOf(conn); err == nil && p.UID == 0 {
		t.Errorf("a TCP peer counts as %+v", p)
	}
}

func TestAPeerTravelsInAContext(t *testing.T) {
	if _, ok := PeerFrom(context.Background()); ok {
		t.Error("a peer out of nowhere")
	}
	want := Peer{UID: 1000, GID: 100, PID: 7}
	if got, ok := PeerFrom(WithPeer(context.Background(), want)); !ok || got != want {
		t.Errorf("got %+v, %v", got, ok)
	}
}

func TestTheSystemsSocketIsWhereTheContractSays(t *testing.T) {
	if DefaultPath() != "/run/siths-agent/agent.sock" {
		t.Error(DefaultPath())
	}
}

func TestASocketCanBeGivenToItsUser(t *testing.T) {
	path := filepath.Join(folder(t, 0o755, 0), "1.sock")
	l, err := ListenFor(path, other)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != other || info.Mode().Perm() != 0o600 {
		t.Errorf("it belongs to %d, %v", st.Uid, info.Mode())
	}
	if _, err := ListenFor(path, other); !errors.Is(err, ErrInUse) {
		t.Errorf("a second service at it comes to %v", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as one that was killed
	_ = l.Close()
	l, err = ListenFor(path, other)
	if err != nil {
		t.Fatalf("after a service that was killed: %v", err)
	}
	_ = l.Close()
}
