package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/agent/health"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// patience is how long anything may take before a test gives up. Nothing waits for it that works.
const patience = time.Minute

// anna is what Anna's own programs see with her card in: the n-th stay of a card.
func anna(phase apitype.Phase, n uint64, codes ...apitype.Code) apitype.Snapshot {
	s := apitype.Snapshot{V: 1, Phase: phase, Agent: apitype.Agent{Version: "1.0.0", PID: 7}, Card: &apitype.Card{Insertion: n},
		Holder: &apitype.Holder{Name: "Anna Test", HSAID: "SE2321000131-P000000000001", LoA: 3}}
	for _, c := range codes {
		s.Problems = append(s.Problems, health.Problem(c, ""))
	}
	return s
}

// agent is a service on a real socket, which says what a test has it say.
type agent struct {
	t      *testing.T
	socket string
	server *http.Server
	cutOff bool          // a watcher hears one state and is cut off
	mute   bool          // a watcher hears nothing
	deny   bool          // codes are refused
	sits   chan struct{} // codes are not answered: it tells of one, and is closed when who sent it has gone

	mu      sync.Mutex
	changed chan struct{}
	state   apitype.Snapshot
	watches int
	codes   []string // that came, with their path and insertion
	answer  apitype.PINResult
}

func newAgent(t *testing.T, s apitype.Snapshot) *agent {
	return &agent{t: t, socket: filepath.Join(t.TempDir(), "agent.sock"), state: s, changed: make(chan struct{}), answer: apitype.PINResult{OK: true}}
}

// start serves until the test ends, or stop.
func (a *agent) start() *agent {
	a.t.Helper()
	l, err := net.Listen("unix", a.socket)
	if err != nil {
		a.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/watch", a.watch)
	mux.HandleFunc("/v1/snapshot", a.snapshot)
	mux.HandleFunc("/v1/pin", a.pin)
	mux.HandleFunc("/v1/card/pin/change", a.pin)
	a.server = &http.Server{Handler: mux}
	server := a.server
	go func() { _ = server.Serve(l) }()
	a.t.Cleanup(a.stop)
	return a
}

func (a *agent) stop() { _ = a.server.Close() }

func (a *agent) tells(s apitype.Snapshot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state = s
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *agent) now() (apitype.Snapshot, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state, a.changed
}

func (a *agent) snapshot(w http.ResponseWriter, _ *http.Request) {
	s, _ := a.now()
	_ = json.NewEncoder(w).Encode(s)
}

func (a *agent) watch(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.watches++
	a.mu.Unlock()
	for !a.mute {
		s, changed := a.now()
		_ = json.NewEncoder(w).Encode(s)
		if a.cutOff {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
	<-r.Context().Done()
}

// pin takes codes as the raw channel has them.
func (a *agent) pin(w http.ResponseWriter, r *http.Request) {
	if a.deny {
		http.Error(w, "not allowed", http.StatusForbidden)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		a.t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: siths-pin\r\n\r\n")
	got := r.URL.Path + " " + a.read(rw.Reader, r.URL.Path)
	if a.sits != nil {
		a.sits <- struct{}{}
		_, _ = io.Copy(io.Discard, rw)
		close(a.sits)
		return
	}
	a.mu.Lock()
	a.codes = append(a.codes, got)
	answer := a.answer
	a.mu.Unlock()
	_ = json.NewEncoder(conn).Encode(answer)
}

// read reads the insertion's last digit and the codes.
func (a *agent) read(r *bufio.Reader, path string) string {
	head := make([]byte, 8)
	_, _ = io.ReadFull(r, head)
	out := string('0' + rune(head[7]))
	for range map[bool]int{true: 1, false: 2}[path == "/v1/pin"] {
		n, _ := r.ReadByte()
		code := make([]byte, n)
		_, _ = io.ReadFull(r, code)
		out += " " + string(code)
	}
	return out
}

// came are the codes that came.
func (a *agent) came() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.codes...)
}

// hand is a face: it shows to the test, and types for it.
type hand struct {
	noScreen bool
	stays    bool // its window does not close
	screens  chan model.Screen
	ended    chan struct{}

	mu     sync.Mutex
	tell   func(dialog.Said)
	fields map[model.FieldKind][]byte
	taken  [][]byte
	copied string
	raised int
}

func newHand() *hand {
	return &hand{screens: make(chan model.Screen, 1000), ended: make(chan struct{}, 1), fields: map[model.FieldKind][]byte{}}
}

func (h *hand) Run(ctx context.Context, first model.Screen, tell func(dialog.Said)) error {
	if h.noScreen {
		return dialog.ErrNoScreen
	}
	h.mu.Lock()
	h.tell = tell
	h.mu.Unlock()
	h.screens <- first
	select {
	case <-h.ended:
	case <-ctx.Done():
	}
	return nil
}

func (h *hand) Show(s model.Screen) { h.screens <- s }

func (h *hand) Take(k model.FieldKind) []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	code := h.fields[k]
	delete(h.fields, k)
	h.taken = append(h.taken, code)
	return code
}

func (h *hand) Wipe() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.fields)
}

func (h *hand) End() {
	if !h.stays {
		h.ended <- struct{}{}
	}
}

func (h *hand) Copy(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.copied = s
}

func (h *hand) Raise() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.raised++
}

// types fills in the fields and chooses what Enter does.
func (h *hand) types(codes map[model.FieldKind]string) {
	h.mu.Lock()
	for k, c := range codes {
		h.fields[k] = []byte(c)
	}
	tell := h.tell
	h.mu.Unlock()
	tell(dialog.Said{Typing: true})
	tell(dialog.Said{Do: model.DoSubmit, Typing: true})
}

func (h *hand) does(d model.Do) {
	h.mu.Lock()
	tell := h.tell
	h.mu.Unlock()
	tell(dialog.Said{Do: d})
}

// waits returns the first screen of a name, and the names of those before it.
func (h *hand) waits(t *testing.T, id model.ID) (model.Screen, []model.ID) {
	t.Helper()
	var before []model.ID
	for giveUp := time.After(patience); ; {
		select {
		case s := <-h.screens:
			if s.ID == id {
				return s, before
			}
			before = append(before, s.ID)
		case <-giveUp:
			t.Fatalf("%s does not come; there were %v", id, before)
		}
	}
}

// shown is a window with a face of a test's.
type opened struct {
	*hand
	w    *window
	done chan error
	left chan int // the window was left, as its face did not close it
}

// opens shows a window to a hand.
func opens(t *testing.T, a *agent, p model.Page, faces ...maker) *opened {
	t.Helper()
	o := &opened{hand: newHand(), done: make(chan error, 1), left: make(chan int, 1)}
	o.w = newWindow(options{socket: a.socket}, func(code int) { o.left <- code })
	o.w.service = &client.Client{Socket: a.socket}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go o.w.watch(ctx)
	o.w.begin(text.SV, p)
	go func() { o.done <- o.w.run(ctx, append(faces, func(bool) dialog.Face { return o.hand })) }()
	return o
}

// ends wants the window to be gone without an error.
func (o *opened) ends(t *testing.T) {
	t.Helper()
	select {
	case err := <-o.done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("the window stays")
	}
}
