package cut

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// The people of these tests, who have no other processes on the machine.
const (
	anna = 61801
	bob  = 61802
)

// TestMain is a browser's process where a test has started it as that, with a connection to where it is told: it ends with its
// input.
func TestMain(m *testing.M) {
	if os.Getenv("CUT_PROCESS") == "" {
		os.Exit(m.Run())
	}
	if to := os.Getenv("CUT_CONNECTS"); to != "" {
		if _, err := net.Dial("tcp", to); err != nil {
			panic(err)
		}
	}
	_, _ = os.Stdout.WriteString("here\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

const chromium = "/usr/lib/chromium/chromium"

// patience bounds the wait for what has to happen; only a defect makes a test wait that long.
const patience = time.Minute

// one is a process that a test has started.
type one struct{ done chan struct{} }

// ends waits for its end.
func (o one) ends() bool {
	select {
	case <-o.done:
		return true
	case <-time.After(patience):
		return false
	}
}

// ended waits for its end for as long as one takes that is under way.
func (o one) ended() bool {
	select {
	case <-o.done:
		return true
	case <-time.After(50 * time.Millisecond):
		return false
	}
}

// comesToBe waits for what is expected of it.
func (o one) comesToBe(ended bool) bool {
	if ended {
		return o.ends()
	}
	return !o.ended()
}

// start starts a process that calls itself so.
func start(t *testing.T, uid uint32, args ...string) one {
	t.Helper()
	return startProgram(t, filepath.Join(t.TempDir(), "process"), uid, "", args...)
}

// startProgram is start with the file that it runs from, which is made, and where it connects to.
func startProgram(t *testing.T, program string, uid uint32, connects string, args ...string) one {
	t.Helper()
	for d := filepath.Dir(program); d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		syscall.ForkLock.RLock() // what another test starts meanwhile would have the file open for writing
		err = os.WriteFile(program, self, 0o755)
		syscall.ForkLock.RUnlock()
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: program, Args: args, Env: []string{"CUT_PROCESS=yes", "CUT_CONNECTS=" + connects},
		SysProcAttr: &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}, Pdeathsig: syscall.SIGKILL}}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	t.Cleanup(func() { _ = in.Close(); <-done })
	return one{done}
}

func TestOnlyThePersonsOwnNetworkProcessesOfTheBrowsersThatARuleNamesAreEnded(t *testing.T) {
	network := []string{typeWord, subTypeWord}
	at := func(exe string, args ...string) []string { return append([]string{exe}, args...) }
	for name, c := range map[string]struct {
		uid  uint32
		args []string
		ends bool
	}{
		"the network process":          {anna, at(chromium, network...), true},
		"one that was forked":          {anna, []string{chromium + " " + typeWord + " --lang=sv " + subTypeWord}, true},
		"another person's":             {bob, at(chromium, network...), false},
		"another browser's":            {anna, at("/opt/other/browser", network...), false},
		"the browser itself":           {anna, at(chromium), false},
		"a page's process":             {anna, at(chromium, "--type=renderer"), false},
		"another utility":              {anna, at(chromium, typeWord, "--utility-sub-type=storage.mojom.StorageService"), false},
		"an argument that contains it": {anna, at(chromium, typeWord, "--title="+subTypeWord), false},
	} {
		t.Run(name, func(t *testing.T) {
			process := start(t, c.uid, c.args...)
			n, err := NetworkServices(t.Context(), anna, []string{chromium})
			if err != nil || (n == 1) != c.ends || !process.comesToBe(c.ends) {
				t.Errorf("%d ended, %v", n, err)
			}
		})
	}
}

func TestARuleWithoutProgramsMeansEveryBrowser(t *testing.T) {
	process := start(t, anna, "/opt/other/browser", typeWord, subTypeWord)
	if n, err := NetworkServices(t.Context(), anna, nil); err != nil || n != 1 || !process.ends() {
		t.Errorf("%d, %v", n, err)
	}
}

// logins is a broker with one login after the other.
type logins struct {
	told    chan struct{}
	present chan broker.Login
	done    chan struct{}
}

func (l *logins) Watch(context.Context) <-chan struct{} { return l.told }

func (l *logins) Present() (broker.Login, <-chan struct{}, bool) {
	select {
	case login := <-l.present:
		return login, l.done, true
	default:
		return broker.Login{}, nil, false
	}
}

func lifecare(measures ...system.Measure) func() []system.System {
	return func() []system.System {
		return []system.System{{Name: "lifecare", Kind: system.TLS, Caller: system.Caller{Exe: []string{chromium}}, Session: system.Session{OnRemoval: measures}}}
	}
}

func TestTheEndOfALoginCutsItsPersonsBrowsers(t *testing.T) {
	for name, c := range map[string]struct {
		systems func() []system.System
		stop    bool // the service ends, and the login does not before it
		ends    bool
	}{
		"the card leaves":       {lifecare(system.NetService), false, true},
		"the service ends":      {lifecare(system.NetService), true, true},
		"no system asks for it": {lifecare(), false, false},
		"a system of tickets asks for it": {func() []system.System {
			return []system.System{{Kind: system.Kerberos, Caller: system.Caller{Exe: system.Programs(system.Kerberos)}, Session: system.Session{OnRemoval: []system.Measure{system.Tickets, system.NetService}}}}
		}, false, true},
		"a system of another kind": {func() []system.System {
			return []system.System{{Kind: system.SSH, Session: system.Session{OnRemoval: []system.Measure{system.NetService}}}}
		}, false, false},
	} {
		passed := t.Run(name, func(t *testing.T) {
			process := start(t, anna, chromium, typeWord, subTypeWord)
			l := &logins{told: make(chan struct{}, 1), present: make(chan broker.Login, 1), done: make(chan struct{})}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			over := make(chan struct{})
			go func() {
				defer close(over)
				Cutter{Logins: l, Systems: c.systems, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
			}()
			l.present <- broker.Login{UID: anna}
			l.told <- struct{}{}
			if process.ended() {
				t.Error("it was ended while the card was in")
			}
			if !c.stop {
				close(l.done)
			}
			if !c.stop && !process.comesToBe(c.ends) {
				t.Fatalf("after the login's end: %v", !c.ends)
			}
			cancel()
			<-over
			if !process.comesToBe(c.ends) {
				t.Errorf("after all: %v", !c.ends)
			}
		})
		if !passed { // each that fails waits long
			return
		}
	}
}

func TestALoginThatGoesOnWithTheSameCardCutsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		next broker.Login
		ends bool
	}{
		"the same login anew": {broker.Login{UID: anna, Insertion: 7}, false},
		"another insertion":   {broker.Login{UID: anna, Insertion: 8}, true},
		"another person":      {broker.Login{UID: bob, Insertion: 7}, true},
	} {
		t.Run(name, func(t *testing.T) {
			process := start(t, anna, chromium, typeWord, subTypeWord)
			l := &logins{told: make(chan struct{}, 1), present: make(chan broker.Login, 2), done: make(chan struct{})}
			l.present <- broker.Login{UID: anna, Insertion: 7}
			l.present <- c.next
			close(l.done)
			ctx, cancel := context.WithCancel(t.Context())
			over := make(chan struct{})
			go func() {
				defer close(over)
				Cutter{Logins: l, Systems: lifecare(system.NetService), Log: slog.New(slog.DiscardHandler)}.Run(ctx)
			}()
			if !process.comesToBe(c.ends) {
				t.Errorf("ended: %v", !c.ends)
			}
			cancel()
			<-over
		})
	}
}

func FuzzProcess(f *testing.F) {
	f.Add([]byte("Name:\tx\nUid:\t1000\t1000\t1000\t1000\nGid:\t7\t7\t7\t7\n"), []byte(chromium+"\x00"+typeWord+"\x00"+subTypeWord+"\x00"))
	f.Add([]byte("Uid:\t"), []byte("socket:[17]"))
	f.Fuzz(func(t *testing.T, status, cmdline []byte) {
		exe, args := parseArgs(cmdline)
		p := process{exe: exe, args: args}
		if p.isNetworkService([]string{chromium}) && exe != chromium {
			t.Errorf("%q is taken for %s", cmdline, chromium)
		}
		if uid, gid, err := parseIDs(status); err != nil && (uid != 0 || gid != 0) {
			t.Errorf("%d:%d, %v", uid, gid, err)
		}
		if p.holdsConnections() && slices.Contains(args, childWord) && !slices.Contains(args, socketWord) {
			t.Errorf("%q holds connections", args)
		}
		if inode, is := parseSocket(string(cmdline)); is && !strings.Contains(string(cmdline), strconv.Itoa(int(inode))) {
			t.Errorf("%q leads to %d", cmdline, inode)
		}
	})
}

func TestALoginThatAKilledServiceHasLeftIsCutByTheNext(t *testing.T) {
	hers := start(t, anna, chromium, typeWord, subTypeWord)
	his := start(t, anna+1, chromium, typeWord, subTypeWord)
	l := &logins{told: make(chan struct{}, 1), present: make(chan broker.Login, 1), done: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	Cutter{Logins: l, Systems: lifecare(system.NetService), Left: []uint32{anna}, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
	if !hers.ends() {
		t.Error("a browser goes on with what the card of the killed service has opened")
	}
	if his.ended() {
		t.Error("another person's browser is cut")
	}
}
