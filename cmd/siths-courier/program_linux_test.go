package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/courier"
	"siths-agent/agent/errand"
	"siths-agent/agent/safesocket"
	"siths-agent/internal/confine"
)

// patience is how long a test waits for what has to come.
const patience = time.Minute

// built is the program as "make build" has made it.
func built(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SITHS_BIN")
	if dir == "" {
		dir = filepath.Join("..", "..", "bin")
	}
	path, err := filepath.Abs(filepath.Join(dir, "siths-courier"))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("run make build first: %v", err)
	}
	return path
}

// running keeps a courier running and returns whom to ask.
func running(t *testing.T, socket string) *courier.Client {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := errand.Keep(ctx, errand.Child{User: courier.User, Program: built(t), Socket: socket, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		<-p.Done()
		if _, err := os.Stat(socket); err == nil {
			t.Error("the socket is left")
		}
	})
	return &courier.Client{Socket: socket}
}

func place(t *testing.T) string { return filepath.Join(t.TempDir(), "courier.sock") }

// website says a body to everybody.
func website(t *testing.T, body io.Reader) courier.Question {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, body) }))
	t.Cleanup(s.Close)
	return courier.Question{Fetch: &courier.Fetch{URL: s.URL, Limit: courier.MaxBody}, Timeout: patience}
}

// theCourier asks, so that there is one that has answered, and returns its process.
func theCourier(t *testing.T, c *courier.Client) int {
	t.Helper()
	if _, err := c.Ask(t.Context(), website(t, strings.NewReader("a"))); err != nil {
		t.Fatal(err)
	}
	pids := children(t)
	if len(pids) != 1 {
		t.Fatalf("the couriers are %v", pids)
	}
	return pids[0]
}

// children are our couriers.
func children(t *testing.T) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, file := range files {
		got := status(file)
		if got["PPid"] == strconv.Itoa(os.Getpid()) && got["Name"] == "siths-courier" {
			pid, _ := strconv.Atoi(got["Pid"])
			pids = append(pids, pid)
		}
	}
	return pids
}

// status reads the fields of proc(5)'s status file. A process that is gone has none.
func status(file string) map[string]string {
	text, _ := os.ReadFile(file)
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		found[key] = strings.TrimSpace(value)
	}
	return found
}

func statusFile(pid int) string { return fmt.Sprintf("/proc/%d/status", pid) }

func TestTheCourierHasNothingButANetwork(t *testing.T) {
	t.Setenv("SECRET", "of the service")
	if _, err := syscall.Dup(1); err != nil { // a descriptor that children would inherit
		t.Fatal(err)
	}
	pid := theCourier(t, running(t, place(t)))
	got := status(statusFile(pid))
	for field, want := range map[string]string{"CapInh": "0", "CapPrm": "0", "CapEff": "0", "CapAmb": "0"} {
		if strings.TrimLeft(got[field], "0") != strings.TrimLeft(want, "0") {
			t.Errorf("%s is %s", field, got[field])
		}
	}
	uid, gid := confine.IDs("siths-courier")
	if os.Geteuid() == 0 && (got["Uid"] != four(uid) || got["Gid"] != four(gid) || got["Groups"] != "" || uid == 0) {
		t.Errorf("it is %s, %s, in %q", got["Uid"], got["Gid"], got["Groups"])
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(tasks) < 2 {
		t.Fatalf("it has the threads %q, %v", tasks, err)
	}
	for _, task := range tasks {
		if s := status(task); s["NoNewPrivs"] != "1" && s["State"] != "" {
			t.Errorf("%s can get new privileges", task)
		}
	}
	if env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err != nil || len(env) > 0 {
		t.Errorf("its environment is %q, %v", env, err)
	}
}

// four are the real, effective, saved and file system's number, as proc(5) has them.
func four(id uint32) string {
	return strings.TrimSuffix(strings.Repeat(fmt.Sprintf("%d\t", id), 4), "\t")
}

func TestTheCourierHasNoFilesOfOurs(t *testing.T) {
	pid := theCourier(t, running(t, place(t)))
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(files) < 4 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		what, err := os.Readlink(file)
		if err != nil {
			continue
		}
		known := strings.HasPrefix(what, "socket:") || strings.HasPrefix(what, "pipe:") || strings.HasPrefix(what, "anon_inode:") ||
			what == "/dev/null" || what == built(t) || strings.HasPrefix(what, "/sys/fs/cgroup/")
		if !known {
			t.Errorf("%s is %s", file, what)
		}
	}
}

// kill ends a process as a crash would, and waits until it is gone.
func kill(t *testing.T, pid int) {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil {
		t.Fatal(err)
	}
	// A pidfd can be read from when its process has ended (pidfd_open(2)).
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(patience.Milliseconds())); n != 1 {
		t.Fatalf("it does not end: %v", err)
	}
}

func TestAKilledCourierIsBackAndAnswersWhoWaits(t *testing.T) {
	c := running(t, place(t))
	before := theCourier(t, c)
	for range 3 {
		kill(t, before)
		now := theCourier(t, c)
		if now == before {
			t.Fatalf("%d still answers", now)
		}
		before = now
	}
}

func TestAQuestionUnderWayFailsWithItsCourier(t *testing.T) {
	c := running(t, place(t))
	asked, end := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(asked); <-end }))
	defer s.Close()
	defer close(end)
	pid := theCourier(t, c)
	failed := make(chan error, 1)
	go func() {
		_, err := c.Ask(t.Context(), courier.Question{Fetch: &courier.Fetch{URL: s.URL, Limit: 9}, Timeout: patience})
		failed <- err
	}()
	<-asked
	kill(t, pid)
	if f, ok := errors.AsType[*courier.Failure](<-failed); !ok || f.Reason != courier.Unreachable {
		t.Errorf("it failed with %v", f)
	}
}

func TestAnotherServicesCourierIsWaitedFor(t *testing.T) {
	socket := place(t)
	l, err := safesocket.ListenPrivate(socket)
	if err != nil {
		t.Fatal(err)
	}
	c := running(t, socket)
	if len(children(t)) > 0 {
		t.Error("two at one socket")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	awaitSocket(t, socket)
	theCourier(t, c)
}

// awaitSocket waits until something is at a path.
func awaitSocket(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ticks := time.Tick(5 * time.Millisecond); ; {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-ticks:
		case <-ctx.Done():
			t.Fatal("there is no socket")
		}
	}
}

func TestTheLargestBodiesFitIntoItsMemory(t *testing.T) {
	c := running(t, place(t))
	pid := theCourier(t, c)
	var all sync.WaitGroup
	for range 4 {
		q := website(t, io.LimitReader(zeros{}, courier.MaxBody))
		all.Go(func() {
			if answer, err := c.Ask(t.Context(), q); err != nil || len(answer.Body) != courier.MaxBody {
				t.Errorf("%d bytes, %v", len(answer.Body), err)
			}
		})
	}
	all.Wait()
	_, err := c.Ask(t.Context(), website(t, io.LimitReader(zeros{}, 200<<20)))
	if f, ok := errors.AsType[*courier.Failure](err); !ok || f.Reason != courier.TooLarge {
		t.Errorf("200 MB came to %v", err)
	}
	// What its unit gives it: MemoryMax.
	if peak, err := strconv.Atoi(strings.TrimSuffix(status(statusFile(pid))["VmHWM"], " kB")); err != nil || peak > 512<<10 {
		t.Errorf("it took %d KiB, %v", peak, err)
	} else {
		t.Logf("it took %d KiB", peak)
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestByHandItDoesNotStart(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), built(t))
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "only the service and systemd") {
		t.Errorf("%v: %s", err, out)
	}
}
