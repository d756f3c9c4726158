package pamtest

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/internal/stall"
)

func TestTheModuleWorksInEveryKindOfApplication(t *testing.T) {
	cases := map[string][]string{
		"one that ignores SIGCHLD":                       {"sigchld=ignore"},
		"one that reaps every child in a handler":        {"sigchld=reap"},
		"one that wants no zombies":                      {"sigchld=nowait"},
		"one without standard input, output and error":   {"closed"},
		"one with few file descriptors":                  {"nofile=16"},
		"one with threads that wait for any child":       {"threads=8"},
		"one with threads, a handler and closed streams": {"threads=4", "sigchld=reap", "closed"},
	}
	for name, words := range cases {
		t.Run(name, func(t *testing.T) {
			good := scripted(t, programs.plain, "hello", "ask 1 PIN: ", yes)
			wantCode(t, good, Success, "anna", append(words, "type=123456")...)
			if got := read(t, good.Helper()+".answers"); got != "A \"123456\"\n" {
				t.Errorf("the helper got %q", got)
			}
			bad := scripted(t, programs.plain, "hello", yes, "exit 1")
			wantCode(t, bad, SystemErr, "anna", words...)
		})
	}
}

func TestRunningOutOfFileDescriptorsIsARefusal(t *testing.T) {
	p := scripted(t, programs.plain, "hello", yes)
	refused := 0
	for limit := 3; limit < 16; limit++ {
		o := Run(t, p.Driver(service, "anna", "nofile="+strconv.Itoa(limit), "auth"))
		if got := o.Codes["auth"]; got != Success {
			refused++
		}
		if len(o.Marks) > 0 {
			t.Errorf("limit %d: marks on the application: %q", limit, o.Marks)
		}
	}
	if refused == 0 {
		t.Error("no limit was low enough to be noticed")
	}
}

// helperState is what testdata/fakehelper saves for the word "state".
type helperState struct {
	Env    []string
	Args   []string
	FDs    map[string]string
	Cwd    string
	Status string
	UIDs   []int
	SID    int // the session, whose terminal could be read from
}

func stateOf(t *testing.T, p *Place) helperState {
	t.Helper()
	var s helperState
	if err := json.Unmarshal([]byte(read(t, p.Helper()+".state")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s helperState) field(name string) string {
	for line := range strings.Lines(s.Status) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func TestTheHelperInheritsNothingFromTheApplication(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "state", yes)
	leak, err := os.Create(filepath.Join(t.TempDir(), "leak"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = leak.Close() }()
	cmd := p.Driver(service, "anna", "sigchld=ignore", "auth")
	cmd.ExtraFiles = []*os.File{leak, leak, leak}
	cmd.Env = []string{"LD_PRELOAD=/nonexistent.so", "GODEBUG=gctrace=1", "HOME=/home/evil", "SITHS_AGENT_SOCKET=/evil", "SSL_CERT_FILE=/evil"}
	if got := Run(t, cmd).Codes["auth"]; got != Success {
		t.Fatalf("got PAM code %d", got)
	}
	ours, err := unix.Getsid(0)
	if err != nil {
		t.Fatal(err)
	}
	s := stateOf(t, p)
	if len(s.Env) != 0 || len(s.Args) != 1 || s.Args[0] != "siths-pam" || s.Cwd != "/" || s.SID == ours {
		t.Errorf("environment %q, arguments %q, folder %q, session %d", s.Env, s.Args, s.Cwd, s.SID)
	}
	for _, mask := range []string{"SigIgn", "SigBlk"} {
		if got := s.field(mask); got != "0000000000000000" {
			t.Errorf("%s is %s", mask, got)
		}
	}
	checkFiles(t, s.FDs)
}

func checkFiles(t *testing.T, fds map[string]string) {
	t.Helper()
	want := map[string]string{"0": "/dev/null", "1": "/dev/null", "2": "/dev/null", "3": "socket"}
	for fd, target := range want {
		if fds[fd] != target {
			t.Errorf("descriptor %s is %q, want %q", fd, fds[fd], target)
		}
	}
	for fd, target := range fds {
		if want[fd] == "" && !strings.HasPrefix(target, "/sys/fs/cgroup/") && target != "anon_inode" {
			t.Errorf("descriptor %s is %q: not the Go runtime's own", fd, target)
		}
	}
}

func TestASetuidApplicationRunsTheHelperAsRootAltogether(t *testing.T) {
	needRoot(t)
	p := scripted(t, programs.plain, "hello", "state", yes)
	cmd := asNobody(t, p, os.ModeSetuid)
	cmd.Env = []string{"LANG=sv_SE", "GODEBUG=gctrace=1"}
	if got := Run(t, cmd).Codes["auth"]; got != Success {
		t.Fatalf("got PAM code %d", got)
	}
	s := stateOf(t, p)
	if s.UIDs[0] != 0 || s.UIDs[1] != 0 || s.UIDs[2] != 0 || len(s.Env) != 0 {
		t.Errorf("uids %v, environment %q", s.UIDs, s.Env)
	}
}

// asNobody is a login by nobody with a driver that has the mode bits given.
func asNobody(t *testing.T, p *Place, bits os.FileMode) *exec.Cmd {
	t.Helper()
	openFolders(t, p.Dir)
	app := filepath.Join(p.Dir, "app")
	copyFile(t, app, p.kit.driver())
	if err := os.Chmod(app, 0o755|bits); err != nil {
		t.Fatal(err)
	}
	cmd := p.Driver(service, "anna", "auth")
	cmd.Path = app
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return cmd
}

// Where real and effective ids differ, the kernel forgets at exec that the helper is to die with its parent.
func TestASilentHelperOfASetgidApplicationIsKilledToo(t *testing.T) {
	needRoot(t)
	p := scripted(t, programs.hasty, "hello", "hang")
	cmd := asNobody(t, p, os.ModeSetgid)
	for _, path := range []string{p.Dir, p.Helper()} {
		if err := os.Chown(path, 65534, 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := Run(t, cmd).Codes["auth"]; got != AuthinfoUnavail {
		t.Errorf("got PAM code %d", got)
	}
	pid, err := pidIn(p.Helper() + ".pid")
	if err != nil {
		t.Fatal(err)
	}
	wantGone(t, pid)
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("this test needs root: it changes users or mounts")
	}
}

// openFolders lets other users into a test's own folder.
func openFolders(t *testing.T, dir string) {
	t.Helper()
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASilentHelperIsKilledWhenItsTimeIsUp(t *testing.T) {
	scripts := map[string][]string{
		"before its first word":                 {"hang"},
		"after a message":                       {"hello", "frame 4 wait", "hang"},
		"in the middle of a frame":              {"hello", "raw 310010", "hang"},
		"after a success":                       {"hello", yes, "hang"},
		"after a success, with the socket shut": {"hello", yes, "closed", "hang"},
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := scripted(t, programs.hasty, script...)
			begin, clock := time.Now(), stall.Begin()
			wantCode(t, p, AuthinfoUnavail, "anna")
			if took := time.Since(begin); took < time.Second || clock.Took() > 3*time.Second {
				t.Errorf("took %v of one second", took)
			}
			pid, err := pidIn(p.Helper() + ".pid")
			if err != nil {
				t.Fatal(err)
			}
			wantGone(t, pid)
		})
	}
}

// wantGone waits for a process to end that has been killed.
func wantGone(t *testing.T, pid int) {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	wantEnd(t, fd)
}

// wantEnd waits for the process of a pidfd to end.
func wantEnd(t *testing.T, pidfd int) {
	t.Helper()
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, 5000)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n != 1 || err != nil {
			t.Errorf("the helper lives on: %d %v", n, err)
		}
		return
	}
}

func TestAHelperThatDripsIsAsLateAsASilentOne(t *testing.T) {
	t.Parallel()
	p := scripted(t, programs.hasty, "hello", "raw 310400", "drip 50")
	clock := stall.Begin()
	wantCode(t, p, AuthinfoUnavail, "anna")
	if took := clock.Took(); took > 3*time.Second {
		t.Errorf("took %v of one second", took)
	}
}

func TestAnAnswerToAHelperThatIsGoneDoesNotHurtTheApplication(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "frame 1 PIN: ", "exit 0")
	wantCode(t, p, SystemErr, "anna", "sleep=500", "type=123456")
}

func TestThePersonsTimeDoesNotCount(t *testing.T) {
	t.Parallel()
	p := scripted(t, programs.hasty, "hello", "ask 1 PIN: ", yes)
	cmd := p.Driver(service, "anna", "sleep=1500", "type=123456", "auth")
	if got := Run(t, cmd).Codes["auth"]; got != Success {
		t.Errorf("got PAM code %d after 1.5 s at the prompt with a clock of 1 s", got)
	}
}

func TestTheHelperDiesWithTheApplication(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "hang")
	cmd := p.Driver(service, "anna", "auth")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	helper := awaitHelper(t, p, cmd)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	wantEnd(t, helper)
}

func pidIn(path string) (int, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

// awaitHelper returns a pidfd of the helper once it hangs.
func awaitHelper(t *testing.T, p *Place, cmd *exec.Cmd) int {
	t.Helper()
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(watch) }()
	if _, err := unix.InotifyAddWatch(watch, p.Dir, unix.IN_CLOSE_WRITE); err != nil {
		t.Fatal(err)
	}
	pid, err := pidIn(p.Helper() + ".pid")
	for err != nil {
		if n, err := unix.Poll([]unix.PollFd{{Fd: int32(watch), Events: unix.POLLIN}}, 10000); n != 1 && !errors.Is(err, unix.EINTR) {
			t.Fatalf("the helper of process %d did not start: %v", cmd.Process.Pid, err)
		}
		_, _ = unix.Read(watch, make([]byte, 4096))
		pid, err = pidIn(p.Helper() + ".pid")
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}
