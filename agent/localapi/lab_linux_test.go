package localapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/agent/localapi"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/unlock"
	"siths-agent/internal/secret"
)

// The people here. Anna's card is in and has opened her session.
const (
	rootUID = 0
	deskUID = 50 // in the helpdesk group
	annaUID = 1000
	bertUID = 1001
)

// uidOfKind is one caller of each kind.
func uidOfKind() map[localapi.Kind]uint32 {
	return map[localapi.Kind]uint32{localapi.Admin: rootUID, localapi.Helpdesk: deskUID, localapi.Owner: annaUID, localapi.Other: bertUID}
}

// backend is an agent that does what a test says and writes down what it was asked.
type backend struct {
	mu     sync.Mutex
	view   agent.View
	views  chan agent.View // what a watcher sees after the present view; closed: cut off
	err    error           // of everything
	asked  []string
	denied []string
	pins   []string
	result apitype.PINResult
	gate   chan struct{} // a PIN waits for it, when not nil
}

func (b *backend) note(format string, args ...any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, fmt.Sprintf(format, args...))
	return b.err
}

func (b *backend) View(context.Context) (agent.View, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view, b.err
}

func (b *backend) Watch(ctx context.Context, f func(agent.View) error) error {
	v, err := b.View(ctx)
	if err != nil {
		return err
	}
	for {
		if err := f(v); err != nil {
			return err
		}
		var ok bool
		select {
		case v, ok = <-b.views:
			if !ok {
				return errors.New("cut off")
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *backend) Begin(_ context.Context, c agent.Caller, r apitype.UnlockRequest) (apitype.UnlockOffer, error) {
	return apitype.UnlockOffer{Unlock: "t1", Insertion: 7, Account: "anna", Name: "Anna Test"},
		b.note("begin %d %v %s %s", c.UID, c.Admin, r.Account, r.Service)
}

func (b *backend) PIN(ctx context.Context, c agent.Caller, r apitype.PINRequest, pin *secret.Buffer) apitype.PINResult {
	defer func() { _ = pin.Close() }()
	_ = b.note("pin %d %d %q %v", c.UID, r.Insertion, r.Unlock, r.LastTry)
	if r.Consent != "" {
		_ = b.note("the yes to %s", r.Consent)
	}
	b.mu.Lock()
	b.pins = append(b.pins, string(pin.Bytes()))
	gate, result := b.gate, b.result
	b.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	return result
}

func (b *backend) Care(_ context.Context, c agent.Caller, r apitype.CareRequest, proof, fresh *secret.Buffer) apitype.PINResult {
	defer func() { _ = proof.Close(); _ = fresh.Close() }()
	_ = b.note("care %d %d unblock=%v sign=%v %v", c.UID, r.Insertion, r.Unblock, r.Sign, r.LastTry)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pins = append(b.pins, string(proof.Bytes()), string(fresh.Bytes()))
	return b.result
}

func (b *backend) Finish(_ context.Context, c agent.Caller, unlock string) (apitype.UnlockAnswer, error) {
	return apitype.UnlockAnswer{Account: "anna"}, b.note("finish %d %s", c.UID, unlock)
}

func (b *backend) Opened(_ context.Context, s apitype.SessionOpened) error {
	return b.note("opened %s %s", s.Account, s.Session)
}

func (b *backend) Consent(c agent.Caller, a apitype.ConsentAnswer) error {
	return b.note("consent %d %s %v", c.UID, a.ID, a.Allow)
}

func (b *backend) Lock(context.Context) error { return b.note("lock") }

func (b *backend) Admap(_ context.Context, of *uint32) (apitype.Admap, error) {
	if of == nil {
		return apitype.Admap{}, b.note("admap of anybody")
	}
	return apitype.Admap{}, b.note("admap of %d", *of)
}

func (b *backend) Denied(_ context.Context, c agent.Caller, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.denied = append(b.denied, fmt.Sprintf("%d %s", c.UID, what))
}

func (b *backend) Reads(_ context.Context, c agent.Caller, what string) error {
	return b.note("reads %d %s", c.UID, what)
}

// taken returns what was asked since the last call.
func (b *backend) taken() (asked, denied, pins []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	asked, denied, pins = b.asked, b.denied, b.pins
	b.asked, b.denied, b.pins = nil, nil, nil
	return asked, denied, pins
}

func (b *backend) set(f func(b *backend)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(b)
}

// sessions knows every user's desktop session.
type sessions struct{}

func (sessions) SessionOf(_ context.Context, _ int32, uid uint32) (unlock.Session, error) {
	return unlock.Session{ID: fmt.Sprint("s", uid), UID: uid}, nil
}

// lab is the API with a backend, on a socket for each user.
type lab struct {
	t   testing.TB
	b   *backend
	s   *localapi.Server
	dir string
}

func newLab(t testing.TB) *lab {
	dir := openDir(t)
	b := &backend{views: make(chan agent.View), view: annasView(), result: apitype.PINResult{OK: true}}
	return &lab{t: t, b: b, dir: dir, s: &localapi.Server{
		Agent: b, Sessions: sessions{}, Systems: b, AuditDir: dir, AdminUID: rootUID,
		Helpdesk: func(uid uint32) bool { return uid == deskUID }, UIDOf: uidOf, Log: slog.New(slog.DiscardHandler),
	}}
}

// openDir makes a folder that other users can reach.
func openDir(t testing.TB) string {
	dir := t.TempDir()
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func uidOf(account string) (uint32, error) {
	switch account {
	case "root":
		return rootUID, nil
	case "anna":
		return annaUID, nil
	case "bert":
		return bertUID, nil
	}
	return 0, errors.New("no such account")
}

func annasView() agent.View {
	return agent.View{Holder: new(uint32(annaUID)), Session: new(uint32(annaUID)), Ready: true, Snapshot: viewOf("Anna Test", "anna")}
}

func viewOf(holder, user string) apitype.Snapshot {
	return apitype.Snapshot{V: 1, Rev: 1, Phase: apitype.Unlocked,
		Reader:  &apitype.Reader{Name: "Reader", State: "card"},
		Card:    &apitype.Card{Insertion: 7, Kind: "IDPrime", Number: "…9469", PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: 3}}},
		Holder:  &apitype.Holder{Name: holder, HSAID: "SE2321000131-1"},
		Session: &apitype.Session{ID: "c1", User: user, State: "unlocked"},
		Systems: []apitype.System{{Name: "lifecare"}},
	}
}

// as returns a client whom the service takes for that user, and the socket it uses.
func (l *lab) as(uid uint32) *client.Client {
	l.t.Helper()
	path := filepath.Join(l.dir, fmt.Sprint(uid, ".sock"))
	if _, err := os.Stat(path); err == nil {
		return &client.Client{Socket: path}
	}
	listener, err := safesocket.Listen(path)
	if err != nil {
		l.t.Fatal(err)
	}
	api := l.s.Handler()
	srv := &http.Server{MaxHeaderBytes: 8 << 10, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r.WithContext(safesocket.WithPeer(r.Context(), safesocket.Peer{UID: uid})))
	})}
	go func() { _ = srv.Serve(listener) }()
	l.t.Cleanup(func() { _ = srv.Close() })
	return &client.Client{Socket: path}
}

// serve runs the true Serve, where the kernel says who is calling, and returns its socket.
func (l *lab) serve() string {
	l.t.Helper()
	path := filepath.Join(l.dir, "agent.sock")
	listener, err := safesocket.Listen(path)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- l.s.Serve(ctx, listener) }()
	l.t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			l.t.Errorf("serving ended with %v", err)
		}
	})
	return path
}

// raw sends bytes as they are and returns all that comes back until the service closes.
func (l *lab) raw(uid uint32, text string) string {
	l.t.Helper()
	conn, err := net.Dial("unix", l.as(uid).Socket)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { _, _ = io.WriteString(conn, text) }()
	answer, err := io.ReadAll(conn)
	if err != nil && len(answer) == 0 && !errors.Is(err, syscall.ECONNRESET) {
		l.t.Fatalf("reading the answer: %v", err)
	}
	return string(answer)
}

// request is an HTTP request as text.
func request(verb string, headers []string, body string) string {
	lines := append([]string{verb + " HTTP/1.1", "Host: siths-agent", "Connection: close", fmt.Sprint("Content-Length: ", len(body))}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

func wantStatus(t testing.TB, answer string, code int) {
	t.Helper()
	if !strings.HasPrefix(answer, fmt.Sprint("HTTP/1.1 ", code, " ")) {
		first, _, _ := strings.Cut(answer, "\r\n")
		t.Errorf("the answer is %q, not %d", first, code)
	}
}

// runAs starts this test binary as another user, to play a role of TestMain.
func runAs(t *testing.T, uid uint32, role, socket string) *exec.Cmd {
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
	cmd.Env = []string{"ROLE=" + role, "SITHS_AGENT_SOCKET=" + socket, "GORACE=atexit_sleep_ms=0"} // a role that ends well has no race to tell
	cmd.Dir = "/"
	cmd.Stderr = t.Output()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid, Groups: []uint32{}}, Pdeathsig: syscall.SIGKILL}
	return cmd
}
