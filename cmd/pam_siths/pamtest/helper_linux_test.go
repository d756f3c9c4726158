package pamtest

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stall"
)

// realHelper installs the module with the helper that is shipped.
func realHelper(t *testing.T, options ...string) *Place {
	t.Helper()
	path := filepath.Join(t.TempDir(), "siths-pam")
	if out, err := exec.Command("go", "build", "-o", path, "siths-agent/cmd/siths-pam").CombinedOutput(); err != nil {
		t.Fatalf("building siths-pam: %v\n%s", err, out)
	}
	p := programs.plain.Place(t, path)
	alone(t, p, options...)
	return p
}

// standIn answers like an agent with Anna's card in the reader, whose PIN is 123456.
type standIn struct {
	socket string
	mu     sync.Mutex
	pins   []string
	opened []apitype.SessionOpened
}

func newStandIn(t *testing.T) *standIn {
	t.Helper()
	s := &standIn{socket: filepath.Join(t.TempDir(), "agent.sock")}
	l, err := net.Listen("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/watch", say(apitype.Snapshot{V: 1, Phase: apitype.NeedPIN}))
	mux.HandleFunc("POST /v1/unlock/begin", say(apitype.UnlockOffer{Unlock: "u1", Insertion: 17, Account: "anna", Name: "Anna Test"}))
	mux.HandleFunc("POST /v1/unlock/finish", say(apitype.UnlockAnswer{Account: "anna"}))
	mux.HandleFunc("POST /v1/pin", s.pin)
	mux.HandleFunc("POST /v1/session", s.session)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func say(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(v) }
}

// pin is the server's side of the raw channel (agent/client): the insertion, one byte with the length, the PIN.
func (s *standIn) pin(w http.ResponseWriter, _ *http.Request) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+apitype.UpgradePIN+"\r\n\r\n")
	pin := readPIN(rw.Reader)
	s.mu.Lock()
	s.pins = append(s.pins, pin)
	s.mu.Unlock()
	result := apitype.PINResult{OK: pin == "123456"}
	if two := 2; !result.OK {
		result.Problem, result.Tries = &apitype.Problem{Code: apitype.PINWrong}, &two
	}
	_ = json.NewEncoder(conn).Encode(result)
}

func readPIN(r *bufio.Reader) string {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || binary.BigEndian.Uint64(head[:]) != 17 {
		return "another insertion"
	}
	b := make([]byte, head[8])
	_, _ = io.ReadFull(r, b)
	return string(b)
}

func (s *standIn) session(w http.ResponseWriter, r *http.Request) {
	var opened apitype.SessionOpened
	_ = json.NewDecoder(r.Body).Decode(&opened)
	s.mu.Lock()
	s.opened = append(s.opened, opened)
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func TestTheShippedHelperCarriesThePINFromTheApplicationToTheAgent(t *testing.T) {
	s := newStandIn(t)
	p := realHelper(t, "socket="+s.socket)
	cmd := p.Driver(service, "anna", "env=XDG_SESSION_ID=c7", "type=123456", "auth", "acct", "open")
	cmd.Env = []string{"LANG=sv_SE.UTF-8"}
	o := Run(t, cmd)
	if o.Codes["auth"] != Success || o.Codes["acct"] != Success || o.Codes["open"] != Success {
		t.Errorf("got %v", o.Codes)
	}
	if want := []Message{{1, "Legitimeringskod för Anna Test: "}}; !reflect.DeepEqual(o.Messages, want) {
		t.Errorf("got messages %v, want %v", o.Messages, want)
	}
	if !reflect.DeepEqual(s.pins, []string{"123456"}) {
		t.Errorf("the agent got %q", s.pins)
	}
	if want := []apitype.SessionOpened{{Account: "anna", Session: "c7"}}; !reflect.DeepEqual(s.opened, want) {
		t.Errorf("the agent was told of %v", s.opened)
	}
}

func TestTheShippedHelperSendsAWrongPINOnce(t *testing.T) {
	s := newStandIn(t)
	p := realHelper(t, "socket="+s.socket)
	o := wantCode(t, p, AuthErr, "anna", "type=654321", "type=123456")
	if !reflect.DeepEqual(s.pins, []string{"654321"}) {
		t.Errorf("the agent got %q", s.pins)
	}
	if last := o.Messages[len(o.Messages)-1]; last.Style != 3 || !strings.Contains(last.Text, "2") {
		t.Errorf("the person was told %v", last)
	}
}

func TestTheShippedHelperLetsInNobodyElse(t *testing.T) {
	s := newStandIn(t)
	p := realHelper(t, "socket="+s.socket)
	wantCode(t, p, AuthErr, "beda", "type=123456")
	wantCode(t, p, AuthErr, "anna", "switch=beda")
	alone(t, p, "user=card", "socket="+s.socket)
	if o := wantCode(t, p, Success, "-", "type=123456"); o.User != "anna" {
		t.Errorf("the user is %q", o.User)
	}
}

func TestWithoutAnAgentTheAnswerComesWithinASecond(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "agent.sock")
	p := realHelper(t, "wait=60", "socket="+gone)
	clock := stall.Begin()
	wantCode(t, p, AuthinfoUnavail, "anna", "type=123456")
	if took := clock.Took(); took > time.Second {
		t.Errorf("took %v", took)
	}
}
