package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/internal/confine"
	"siths-agent/internal/stall"
	"siths-agent/pcsc/token"
)

// TestMain plays a child where it was started by the name of one.
func TestMain(m *testing.M) {
	play, ok := map[string]func(pipe *os.File){
		"answers": answers, "silent": silent, "garbage": garbage, "too-long": tooLong, "ends": ends, "stubborn": stubborn, "wrong-pin": wrongPIN,
	}[filepath.Base(os.Args[0])]
	if !ok {
		os.Exit(m.Run())
	}
	play(os.NewFile(3, "pipe"))
}

// question reads one question. It ends the child when there is none any more.
func question(pipe *os.File) (Op, []byte) {
	op, n, err := ReadHeader(pipe)
	if err != nil {
		os.Exit(0)
	}
	body := make([]byte, n)
	for got := 0; got < n; {
		more, err := pipe.Read(body[got:])
		if err != nil {
			os.Exit(0)
		}
		got += more
	}
	return Op(op), body
}

// surroundings is what a child sees of the world.
type surroundings struct {
	Env      []string
	UID, GID int
	Groups   []int
	Files    map[string]string // descriptor → what it is
	Settings string
	Dir      string
	Links    int // network interfaces
}

func look() surroundings {
	s := surroundings{Env: os.Environ(), UID: os.Getuid(), GID: os.Getgid(), Files: map[string]string{}}
	s.Groups, _ = os.Getgroups()
	s.Dir, _ = os.Getwd()
	conf, _ := os.ReadFile(os.Getenv("OPENSC_CONF"))
	s.Settings = string(conf)
	all, _ := os.ReadDir("/proc/self/fd")
	for _, f := range all {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil {
			s.Files[f.Name()] = to
		}
	}
	links, _ := os.ReadFile("/proc/self/net/dev")
	s.Links = strings.Count(string(links), ":")
	return s
}

// answers is a child that does what it is asked. What it sees is the card's kind.
func answers(pipe *os.File) {
	for {
		op, body := question(pipe)
		var answer []byte
		switch op {
		case OpOpen:
			seen, _ := json.Marshal(look())
			answer, _ = json.Marshal(token.Info{Kind: string(seen), Serial: string(body)})
		case OpSign, OpUse:
			answer = body
		}
		_ = WriteAnswer(pipe, answer, nil)
		if op == OpClose {
			syscall.Exit(0) // at once: the race detector makes os.Exit wait a second
		}
	}
}

func silent(pipe *os.File) {
	for {
		question(pipe)
	}
}

func garbage(pipe *os.File) {
	question(pipe)
	_, _ = pipe.WriteString("hello, parent")
	question(pipe)
}

func tooLong(pipe *os.File) {
	question(pipe)
	_, _ = pipe.Write([]byte{statusOK, 0xff, 0xff, 0xff, 0xff})
	question(pipe)
}

func ends(pipe *os.File) { question(pipe) }

func wrongPIN(pipe *os.File) {
	for {
		question(pipe)
		_ = WriteAnswer(pipe, nil, &token.PINError{Reason: token.Wrong, Tries: new(2)})
	}
}

// stubborn says yes to everything and never ends.
func stubborn(pipe *os.File) {
	for {
		if _, _, err := ReadHeader(pipe); err != nil {
			select {}
		}
		_ = WriteAnswer(pipe, nil, nil)
	}
}

// start starts a child that plays a role.
func start(t *testing.T, ctx context.Context, role string, timeout time.Duration) *Host {
	t.Helper()
	program := filepath.Join(t.TempDir(), role)
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, program)
	}
	if err != nil {
		t.Fatal(err)
	}
	h, err := Start(ctx, Options{Program: program, Reader: "R 00 00", Others: []string{"Other 00 00"}, Modules: []string{"a.so"},
		Timeout: timeout, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Kill()
		<-h.Done()
		if err := syscall.Kill(h.PID(), 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("the child is left: %v", err)
		}
	})
	return h
}

// plenty is longer than any of these children needs.
const plenty = time.Minute

func TestAChildGetsNothingThatItDoesNotNeed(t *testing.T) {
	t.Setenv("SECRET", "of the parent")
	t.Setenv("LD_PRELOAD", "")
	if _, err := syscall.Dup(1); err != nil { // a descriptor that children would inherit
		t.Fatal(err)
	}
	h := start(t, context.Background(), "answers", plenty)
	info, err := h.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var s surroundings
	if err := json.Unmarshal([]byte(info.Kind), &s); err != nil {
		t.Fatal(err)
	}
	want := []string{"GLIBC_TUNABLES=glibc.malloc.perturb=90:glibc.malloc.tcache_count=0", "HOME=/nonexistent", "LC_ALL=C.UTF-8", "OPENSC_CONF=/proc/self/fd/4", "PATH=/usr/bin:/bin"}
	if slices.Sort(s.Env); !slices.Equal(s.Env, want) {
		t.Errorf("its environment is %q", s.Env)
	}
	if uid, gid := confine.IDs(childUser); os.Geteuid() == 0 && (s.UID != int(uid) || s.GID != int(gid) || uid == 0 || len(s.Groups) != 0) {
		t.Errorf("it runs as %d:%d %v", s.UID, s.GID, s.Groups)
	}
	if s.Dir != "/" || !strings.Contains(s.Settings, `ignored_readers = "Other 00 00";`) {
		t.Errorf("it is in %s with the settings %q", s.Dir, s.Settings)
	}
	if canUnshare() && s.Links != 1 {
		t.Errorf("it sees %d network interfaces, not its own loopback alone", s.Links)
	}
	for fd, what := range s.Files {
		ours := slices.Contains([]string{"0", "1", "2", "3", "4", "5"}, fd)
		runtimes := strings.HasPrefix(what, "anon_inode:") || strings.HasSuffix(what, "/fd") || strings.HasPrefix(what, "/sys/fs/cgroup/")
		if !ours && !runtimes {
			t.Errorf("descriptor %s is %s", fd, what)
		}
	}
	if s.Files["0"] != "/dev/null" || s.Files["1"] != "/dev/null" || !strings.HasPrefix(s.Files["3"], "socket:") || !strings.Contains(s.Files["4"], "memfd:") {
		t.Errorf("its descriptors are %v", s.Files)
	}
	if info.Serial != `{"reader":"R 00 00","modules":["a.so"]}` {
		t.Errorf("it was asked to open %s", info.Serial)
	}
}

func TestThePINGoesOverThePipeAsItIs(t *testing.T) {
	h := start(t, context.Background(), "answers", plenty)
	cert := [CertIDLen]byte{1, 2, 3}
	got, err := h.Sign(context.Background(), []byte("482913"), cert, []byte("message"))
	if want := "\x06482913" + string(cert[:]) + "message"; err != nil || string(got) != want {
		t.Errorf("it got %q, %v", got, err)
	}
	var pin *token.PINError
	if _, err := h.Sign(context.Background(), []byte("12"), cert, nil); !errors.As(err, &pin) || pin.Reason != token.Length {
		t.Errorf("a short PIN came to %v", err)
	}
	if err := h.Check(context.Background()); err != nil {
		t.Errorf("and afterwards: %v", err)
	}
}

func TestAWrongPINIsToldAndTheChildLives(t *testing.T) {
	h := start(t, context.Background(), "wrong-pin", plenty)
	for range 2 {
		_, err := h.Sign(context.Background(), []byte("482913"), [CertIDLen]byte{}, nil)
		var pin *token.PINError
		if !errors.As(err, &pin) || pin.Reason != token.Wrong || *pin.Tries != 2 {
			t.Errorf("got %v", err)
		}
	}
}

func TestAChildThatDoesNotKeepToTheProtocolIsKilled(t *testing.T) {
	for role, want := range map[string]error{"silent": token.ErrSilent, "garbage": token.ErrUnreadable, "too-long": token.ErrUnreadable, "ends": token.ErrUnreadable} {
		t.Run(role, func(t *testing.T) {
			timeout := plenty
			if role == "silent" {
				timeout = 50 * time.Millisecond
			}
			h := start(t, context.Background(), role, timeout)
			asked := time.Now()
			if _, err := h.Open(context.Background()); !errors.Is(err, want) {
				t.Errorf("got %v, not %v", err, want)
			}
			if took := time.Since(asked); took > timeout+5*time.Second {
				t.Errorf("it took %v", took)
			}
			<-h.Done()
			if err := h.Check(context.Background()); !errors.Is(err, token.ErrUnreadable) {
				t.Errorf("a dead child answers %v", err)
			}
		})
	}
}

func TestEndingTheInsertionKillsTheChild(t *testing.T) {
	ctx, remove := context.WithCancel(context.Background())
	h := start(t, ctx, "answers", plenty)
	if _, err := h.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	remove()
	<-h.Done()
}

func TestAQuestionThatIsGivenUpKillsTheChild(t *testing.T) {
	h := start(t, context.Background(), "silent", plenty)
	ctx, cancel := context.WithCancel(context.Background())
	asked := make(chan error, 1)
	go func() { asked <- h.Check(ctx) }()
	cancel()
	if err := <-asked; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestClosing(t *testing.T) {
	t.Run("lets a child end by itself", func(t *testing.T) {
		h := start(t, context.Background(), "answers", plenty)
		h.Close()
		if !h.cmd.ProcessState.Success() {
			t.Errorf("it ended with %s", h.cmd.ProcessState)
		}
	})
	for name, role := range map[string]string{"kills one that says yes and stays": "stubborn", "kills one that says nothing": "silent"} {
		t.Run(name, func(t *testing.T) {
			h := start(t, context.Background(), role, plenty)
			begun, clock := time.Now(), stall.Begin()
			h.Close()
			if took := time.Since(begun); took < closeTime || clock.Took() > 2*closeTime {
				t.Errorf("it took %v", took)
			}
		})
	}
	t.Run("does not wait for a question that is under way", func(t *testing.T) {
		h := start(t, context.Background(), "silent", plenty)
		asked := make(chan error, 1)
		go func() { asked <- h.Check(context.Background()) }()
		clock := stall.Begin()
		h.Close()
		if took := clock.Took(); took > 2*closeTime {
			t.Errorf("it took %v", took)
		}
		if err := <-asked; err == nil {
			t.Error("the question was answered by nobody")
		}
	})
	t.Run("works on a child that is gone", func(t *testing.T) {
		h := start(t, context.Background(), "ends", plenty)
		_, _ = h.Open(context.Background())
		h.Close()
		h.Close()
	})
}

func TestAProgramThatIsNotThereIsNamed(t *testing.T) {
	_, err := Start(context.Background(), Options{Program: "/nonexistent/siths-cardhost"})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(fmt.Sprint(err), "/nonexistent/siths-cardhost") {
		t.Errorf("got %v", err)
	}
}
