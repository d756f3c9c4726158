package child

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/agent/safesocket"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// strangerVariable has the test program ask as somebody else: it names the socket.
const strangerVariable = "TEST_COURIER_SOCKET"

func TestMain(m *testing.M) {
	if socket := os.Getenv(strangerVariable); socket != "" {
		c := courier.Client{Socket: socket}
		_, err := c.Ask(context.Background(), courier.Question{Timeout: patience})
		_ = json.NewEncoder(os.Stdout).Encode(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// served runs a courier and returns its socket.
func served(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "courier") // one that everybody may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "courier.sock")
	l, err := safesocket.ListenPrivate(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return socket
}

// ask asks with more patience than the question has, so that it is the courier that keeps time.
func ask(t *testing.T, socket string, q courier.Question) courier.Answer {
	t.Helper()
	conn := put(t, socket, q)
	answer, err := courier.ReadAnswer(conn, courier.MaxBody)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	return answer
}

// put asks and does not wait for the answer.
func put(t *testing.T, socket string, q courier.Question) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	if err := courier.WriteQuestion(conn, q); err != nil {
		t.Fatal(err)
	}
	return conn
}

// refused wants an answer that gives a reason.
func refused(t *testing.T, a courier.Answer, want courier.Reason) {
	t.Helper()
	if a.Failure == nil || a.Failure.Reason != want || a.Failure.Detail == "" {
		t.Errorf("%v with a body of %d bytes, want %s", a.Failure, len(a.Body), want)
	}
}

// asStranger asks as a user who is neither root nor the maker of the socket.
func asStranger(t *testing.T, socket string) courier.Failure {
	t.Helper()
	self, err := os.Open("/proc/self/exe") // the stranger cannot reach it by its path
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = self.Close() }()
	cmd := exec.CommandContext(t.Context(), "/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = []string{strangerVariable + "=" + socket}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var f courier.Failure
	if err := json.Unmarshal(out, &f); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return f
}

func TestAStrangerGetsNoAnswer(t *testing.T) {
	t.Parallel()
	socket := served(t)
	if f := asStranger(t, socket); f.Reason != courier.Unreachable {
		t.Errorf("at a socket of mode 0600: %+v", f)
	}
	if err := os.Chmod(socket, 0o666); err != nil {
		t.Fatal(err)
	}
	if f := asStranger(t, socket); f.Reason != courier.Unreachable {
		t.Errorf("at a socket that lets everybody in: %+v", f)
	}
}

func TestAQuestionThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	socket := served(t)
	page := &courier.Fetch{URL: "http://127.0.0.1/", Limit: 1}
	for name, q := range map[string]courier.Question{
		"nothing asked": {Timeout: time.Second},
		"two at once":   {Timeout: time.Second, Fetch: page, Forward: &courier.Forward{}},
		"no time":       {Fetch: page},
		"time past":     {Fetch: page, Timeout: -1},
	} {
		t.Run(name, func(t *testing.T) { refused(t, ask(t, socket, q), courier.Malformed) })
	}
}

func TestWhatIsNoQuestionIsRefused(t *testing.T) {
	t.Parallel()
	socket := served(t)
	for name, bytes := range map[string]string{
		"a frame that is too long": "\xff\xff\xff\xff",
		"a frame that is no JSON":  "\x00\x00\x00\x01!",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(patience))
			if _, err := conn.Write([]byte(bytes)); err != nil {
				t.Fatal(err)
			}
			a, err := courier.ReadAnswer(conn, 0)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, a, courier.Malformed)
		})
	}
}
