package programs

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// who runs the programs of these tests. Their names stand nowhere else on the machine.
const who = 61777

// TestMain is one of the programs where a test has started it as that: it says that it is there, and ends with its input,
// or when it is asked to, unless it is stubborn.
func TestMain(m *testing.M) {
	if os.Getenv("PROGRAM") == "" {
		os.Exit(m.Run())
	}
	if os.Getenv("PROGRAM") == "stubborn" {
		signal.Ignore(syscall.SIGTERM)
	}
	_, _ = os.Stdout.WriteString("here\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// program is a process under a name and a user.
type program struct {
	*exec.Cmd
	ended chan struct{}
}

func (p program) isThere() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

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
		err = os.WriteFile(path, self, 0o755)
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
	for _, text := range []string{"", "Name:\tx\n", "Name:\tx\nState:\tS (sleeping)\nUid:\t-1\t0\t0\t0\n"} {
		if p, err := parseStatus([]byte(text)); !errors.Is(err, errStatus) {
			t.Errorf("%q is %+v, %v", text, p, err)
		}
	}
}
