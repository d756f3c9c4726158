package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/stack/workplace"
)

// doorVariable names the socket that the window of the tests reports to.
const doorVariable = "SITHS_TEST_DOOR"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == windowProgram {
		beWindow()
		return
	}
	os.Exit(m.Run())
}

// window is a window that the tray has started, as it says itself.
type window struct {
	Args, Env []string
	PID       int
	Leader    bool // of a process group of its own
	conn      net.Conn
}

// closeIt ends a window, and returns when the tray has noticed.
func (s *seat) closeIt(w window) {
	s.t.Helper()
	_ = w.conn.Close()
	s.await("the end of a window", func() bool { return unix.Kill(w.PID, 0) != nil }, new(string))
}

// beWindow stands in for the program that draws: it tells what it was started with, and stays until it is closed.
func beWindow() {
	conn, err := net.Dial("unix", os.Getenv(doorVariable))
	if err != nil {
		os.Exit(exitFailed)
	}
	_ = json.NewEncoder(conn).Encode(window{Args: os.Args[1:], Env: os.Environ(), PID: os.Getpid(), Leader: unix.Getpgrp() == os.Getpid()})
	_, _ = io.Copy(io.Discard, conn)
}

// seat is a desktop with a tray on it.
type seat struct {
	*desktop.Desktop
	t       *testing.T
	lab     *stacktest.Lab
	socket  string // of the service
	door    string
	tray    *stack.Proc
	windows chan window
}

// testPatience bounds every wait of a test; only a defect makes one wait that long.
const testPatience = time.Minute

// sit opens a desktop in a lab, before there is a tray.
func sit(t *testing.T, lab *stacktest.Lab, p desktop.Plan, socket string) *seat {
	t.Helper()
	s := &seat{Desktop: desktop.Open(t, lab, p), t: t, lab: lab, socket: socket, door: lab.Path("door.sock"), windows: make(chan window, 16)}
	l, err := net.Listen("unix", s.door)
	s.must(err)
	t.Cleanup(func() { _ = l.Close() })
	s.must(os.Chmod(s.door, 0o777))
	go s.doorkeeper(l)
	s.copyPrograms()
	return s
}

func (s *seat) doorkeeper(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		w := window{conn: conn}
		if json.NewDecoder(conn).Decode(&w) == nil {
			s.windows <- w
		}
	}
}

// copyPrograms puts the tray beside a window of the tests.
func (s *seat) copyPrograms() {
	s.t.Helper()
	for from, to := range map[string]string{filepath.Join(s.lab.Bin(), "siths-tray"): "siths-tray", "/proc/self/exe": windowProgram} {
		if _, err := os.Stat(s.lab.Path(to)); err == nil {
			continue // it may be running
		}
		content, err := os.ReadFile(from)
		s.must(err)
		s.must(stack.WriteProgram(s.lab.Path(to), content))
	}
}

// start starts the tray.
func (s *seat) start() {
	s.t.Helper()
	s.tray = s.another()
}

// another starts one more tray.
func (s *seat) another() *stack.Proc {
	s.t.Helper()
	return s.StartCmd(stack.Cmd{Path: s.lab.Path("siths-tray"), Args: []string{"--socket", s.socket}, Env: []string{doorVariable + "=" + s.door}})
}

func (s *seat) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// opened waits for a window.
func (s *seat) opened() window {
	s.t.Helper()
	select {
	case w := <-s.windows:
		return w
	case <-time.After(testPatience):
		s.t.Fatal("no window has opened")
		return window{}
	}
}

// noWindow checks that no window has opened.
func (s *seat) noWindow(when string) {
	s.t.Helper()
	select {
	case w := <-s.windows:
		s.t.Errorf("%s a window opens with %q", when, w.Args)
	default:
	}
}

// says waits until the icon says something when it is pointed at.
func (s *seat) says(what string) {
	s.t.Helper()
	last := ""
	s.await("the icon to say "+what, func() bool {
		last = s.tip()
		return strings.Contains(last, what)
	}, &last)
}

// tip is what the icon says when it is pointed at.
func (s *seat) tip() string {
	s.t.Helper()
	if items := s.TrayItems(); len(items) > 0 {
		return items[0].ToolTip
	}
	return ""
}

func (s *seat) await(what string, yes func() bool, last *string) {
	s.t.Helper()
	deadline := time.After(testPatience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("waiting for %s; it says %q", what, *last)
		}
	}
}

// ended waits for the tray's end and returns its code.
func ended(t *testing.T, p *stack.Proc) int {
	t.Helper()
	select {
	case <-p.Done():
		return p.Code()
	case <-time.After(testPatience):
		t.Fatal("the tray has not ended")
		return -1
	}
}

// stage is a service that plays what a test writes.
type stage struct {
	mu     sync.Mutex
	state  apitype.Snapshot
	change chan struct{} // is closed at the next change
	cut    chan struct{} // is closed when all watches are cut off
	locks  int
	asked  int
}

// play serves a stage on a socket that everybody may reach.
func play(t *testing.T, path string) *stage {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	st := &stage{state: apitype.Snapshot{Phase: apitype.NoCard}, change: make(chan struct{}), cut: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/watch", st.watch)
	mux.HandleFunc("POST /v1/lock", func(w http.ResponseWriter, _ *http.Request) {
		st.mu.Lock()
		st.locks++
		st.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	})
	srv := &http.Server{Handler: mux}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return st
}

func (st *stage) watch(w http.ResponseWriter, r *http.Request) {
	st.mu.Lock()
	st.asked++
	st.mu.Unlock()
	for {
		st.mu.Lock()
		state, change, cut := st.state, st.change, st.cut
		st.mu.Unlock()
		if json.NewEncoder(w).Encode(state) != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-change:
		case <-cut:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// show makes a snapshot the state.
func (st *stage) show(s apitype.Snapshot) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.state = s
	close(st.change)
	st.change = make(chan struct{})
}

// cutOff ends all watches.
func (st *stage) cutOff() {
	st.mu.Lock()
	defer st.mu.Unlock()
	close(st.cut)
	st.cut = make(chan struct{})
}

// needPIN is a snapshot of a card that waits for its code.
func needPIN(insertion uint64, name string) apitype.Snapshot {
	return apitype.Snapshot{Phase: apitype.NeedPIN, Agent: apitype.Agent{PID: 1}, Card: &apitype.Card{Insertion: insertion},
		Holder: &apitype.Holder{Name: name, HSAID: workplace.AnnasID}}
}
