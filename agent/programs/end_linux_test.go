package programs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// who runs the programs of these tests. Their names stand nowhere else on the machine.
const who = 61777

// TestMain is one of the programs where a test has started it as that: it says that it is there, and ends with its input,
// or when it is asked to, unless it is stubborn.
func TestMain(m *testing.M) {
	if os.Getenv("PROGRAM") == "" {
		os.Exit(m.Run())
	}
	switch os.Getenv("PROGRAM") {
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	case "headless":
		loseFirstThread()
	}
	_, _ = os.Stdout.WriteString("here\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// loseFirstThread ends the first thread of this process, and no other.
func loseFirstThread() {
	for range 100 {
		other := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			if unix.Gettid() == os.Getpid() {
				_, _, _ = syscall.Syscall(syscall.SYS_EXIT, 0, 0, 0)
			}
			close(other)
			select {}
		}()
		for look := time.NewTicker(time.Millisecond); ; <-look.C {
			status, _ := os.ReadFile("/proc/self/status")
			if bytes.Contains(status, []byte("State:\tZ")) {
				return
			}
			if isClosed(other) {
				break
			}
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// program is a process under a name and a user.
type program struct {
	*exec.Cmd
	ended chan struct{}
}

func (p program) isThere() bool { return !isClosed(p.ended) }

// run starts a program. It ends with the test at the latest.
func run(t *testing.T, name, manner string, uid uint32) program {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.ReadFile("/proc/self/exe")
	path := filepath.Join(dir, name)
	if err == nil {
		syscall.ForkLock.RLock() // what another test starts meanwhile would have the file open for writing
		err = os.WriteFile(path, self, 0o755)
		syscall.ForkLock.RUnlock()
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Env = []string{"PROGRAM=" + manner}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}, Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		_, err = io.ReadFull(out, make([]byte, len("here\n")))
	}
	if err != nil {
		t.Fatal(err)
	}
	p := program{cmd, make(chan struct{})}
	go func() { defer close(p.ended); _ = cmd.Wait() }()
	t.Cleanup(func() { _ = in.Close(); <-p.ended })
	return p
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestOnlyTheUsersProgramsOfTheseNamesAreEnded(t *testing.T) {
	t.Parallel()
	listed, byPath := run(t, "shtest-journal", "polite", who), run(t, "shtest-viewer-with-a-long-name", "polite", who)
	others, unlisted := run(t, "shtest-journal", "polite", who+1), run(t, "shtest-notes", "polite", who)
	ended, err := End(within(t, 5*time.Second), who, []string{"shtest-journal", "/opt/viewer/shtest-viewer-with-a-long-name", "shtest-none"})
	if err != nil || !slices.Equal(ended, []string{"shtest-journal", "shtest-viewer-with-a-long-name"}) {
		t.Errorf("ended %q, %v", ended, err)
	}
	<-listed.ended
	<-byPath.ended
	if !others.isThere() || !unlisted.isThere() {
		t.Error("a program of another user, or one that is not listed, was ended")
	}
}

func TestAProgramThatDoesNotListenIsMadeToEnd(t *testing.T) {
	t.Parallel()
	p := run(t, "shtest-stubborn", "stubborn", who+2)
	ended, err := End(within(t, time.Second), who+2, []string{"shtest-stubborn"})
	if err != nil || len(ended) != 1 {
		t.Errorf("ended %q, %v", ended, err)
	}
	<-p.ended
}

func TestAProgramWhoseFirstThreadHasEndedIsThereStill(t *testing.T) {
	t.Parallel()
	p := run(t, "shtest-headless", "headless", who+5)
	if status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.Process.Pid), "status")); err != nil || !bytes.Contains(status, []byte("State:\tZ")) {
		t.Fatalf("%s, %v", status, err)
	}
	ended, err := End(within(t, 5*time.Second), who+5, []string{"shtest-headless"})
	if err != nil || !slices.Equal(ended, []string{"shtest-headless"}) {
		t.Errorf("ended %q, %v", ended, err)
	}
}

func TestNothingToEndIsNoError(t *testing.T) {
	if ended, err := End(within(t, time.Second), who+3, []string{"shtest-nothing"}); err != nil || len(ended) != 0 {
		t.Errorf("ended %q, %v", ended, err)
	}
}

func TestAProgramThatCannotBeEndedIsAnError(t *testing.T) {
	t.Parallel()
	run(t, "shtest-slow", "stubborn", who+4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := End(ctx, who+4, []string{"shtest-slow"}); !errors.Is(err, ErrStillThere) {
		t.Errorf("got %v", err)
	}
}

func TestAProcessOfAnotherUserIsNotTakenForOneOfOurs(t *testing.T) {
	p, err := look(os.Getpid())
	if err != nil || p.uid != uint64(os.Getuid()) || p.dead || filepath.Base(p.argv) != filepath.Base(os.Args[0]) {
		t.Errorf("we are %+v, %v", p, err)
	}
	if gone, err := look(1 << 30); err != nil || !gone.dead {
		t.Errorf("process %s is %+v, %v", strconv.Itoa(1<<30), gone, err)
	}
}

func TestWhatIsNoStatusIsRefused(t *testing.T) {
	for _, text := range []string{"", "Name:\tx\n", "Name:\tx\nState:\tS (sleeping)\nUid:\t-1\t0\t0\t0\nThreads:\t1\n"} {
		if p, err := parseStatus([]byte(text)); !errors.Is(err, errStatus) {
			t.Errorf("%q is %+v, %v", text, p, err)
		}
	}
}
