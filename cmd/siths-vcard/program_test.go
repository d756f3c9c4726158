package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/internal/testpki"
	"siths-agent/pcsc/vcard"
)

// output collects what a program writes, and tells when a line has come.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string
}

func newOutput() *output { return &output{lines: make(chan string, 100)} }

// Write takes whole lines, which is how the program writes them.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines <- string(p)
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = program{stdout: &out, stderr: &errs}.run(t.Context(), args)
	return code, out.String(), errs.String()
}

// trainingPKI is made once: keys take long to make.
var trainingPKI = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 4}})
})

// trainingDir is a folder with a card.
func trainingDir(t *testing.T) string {
	t.Helper()
	pki, err := trainingPKI()
	if err != nil {
		t.Fatal(err)
	}
	card, err := pki.IssueCard(testpki.Person{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := card.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPKIMakesACardThatLoads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "card")
	code, stdout, stderr := run(t, "pki", dir)
	if code != exitOK || !strings.Contains(stdout, "Anna Test") || !strings.Contains(stdout, dir) {
		t.Fatalf("exit %d, %q, %q", code, stdout, stderr)
	}
	content, err := vcard.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(content.Pairs) != 2 || content.Pairs[0].Name != "auth" || content.Pairs[1].Name != "sign" {
		t.Errorf("got %+v", content.Pairs)
	}
	info, err := os.Stat(filepath.Join(dir, "auth.key"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != fs.FileMode(0o600) {
		t.Errorf("the key's mode is %v", info.Mode())
	}
	if anchors, err := filepath.Glob(filepath.Join(dir, trustFolder, "*.pem")); err != nil || len(anchors) < 2 {
		t.Errorf("the trust folder holds %q, %v", anchors, err)
	}
}

func TestPKINeverOverwritesACard(t *testing.T) {
	dir := trainingDir(t)
	before, err := os.ReadFile(filepath.Join(dir, "auth.key"))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run(t, "pki", dir); code != exitFailed || !strings.Contains(stderr, "holds a card already") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "auth.key")); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the key changed, %v", err)
	}
}

func TestWrongCommandLinesAreExplained(t *testing.T) {
	dir := trainingDir(t)
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no folder":               {nil, exitUsage, "siths-vcard pki DIR"},
		"an empty folder":         {[]string{"--pki", t.TempDir()}, exitFailed, "siths-vcard pki DIR"},
		"a missing folder":        {[]string{"--pki", "/missing"}, exitFailed, "/missing"},
		"an unknown profile":      {[]string{"--pki", dir, "--profile", "javacard"}, exitUsage, `there is no profile "javacard"; use "idprime" or "pkcs15"`},
		"an unknown flag":         {[]string{"--fast"}, exitUsage, "-fast"},
		"an argument too many":    {[]string{"--pki", dir, "987654"}, exitUsage, "argument too many"},
		"a latency of no form":    {[]string{"--pki", dir, "--latency", "15"}, exitUsage, "latency"},
		"a negative latency":      {[]string{"--pki", dir, "--sign-latency", "-1s"}, exitUsage, "negative"},
		"a PIN too short":         {[]string{"--pki", dir, "--pin", "987"}, exitFailed, "4 to 16"},
		"a PUK too short":         {[]string{"--pki", dir, "--puk", "987"}, exitFailed, "4 to 16"},
		"a control path in use":   {[]string{"--pki", dir, "--control", filepath.Join(dir, "auth.pem")}, exitFailed, "not a socket"},
		"pki without a folder":    {[]string{"pki"}, exitUsage, "siths-vcard pki DIR"},
		"pki with a flag":         {[]string{"pki", "--pin"}, exitUsage, "siths-vcard pki DIR"},
		"pki with two folders":    {[]string{"pki", "a", "b"}, exitUsage, "siths-vcard pki DIR"},
		"pki where no folder can": {[]string{"pki", "/dev/null/card"}, exitFailed, "/dev/null"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := run(t, tc.args...)
			if code != tc.code || !strings.Contains(stderr, tc.want) || stdout != "" {
				t.Errorf("exit %d, want %d with %q: %q, %q", code, tc.code, tc.want, stderr, stdout)
			}
			if strings.Contains(stderr, "987") {
				t.Errorf("a PIN is told: %s", stderr)
			}
		})
	}
}

func TestHelpNamesEveryFlagAndNoPINGiven(t *testing.T) {
	code, _, stderr := run(t, "--pin", "987654", "--help")
	if code != exitOK || strings.Contains(stderr, "987654") {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, flag := range []string{"vpcd", "profile", "pki", "pin", "sign-pin", "puk", "sign-puk", "control", "latency", "sign-latency", "absent"} {
		if !strings.Contains(stderr, "  -"+flag) {
			t.Errorf("no -%s in\n%s", flag, stderr)
		}
	}
}

func TestOptionsComeFromTheCommandLine(t *testing.T) {
	o, err := parseOptions(strings.Fields("--vpcd 127.0.0.1:1 --profile idprime --pki D --pin 1111 --sign-pin 2222 --puk 3333 --sign-puk 4444"+
		" --control S --latency 15ms --sign-latency 350ms --absent"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.reader != "127.0.0.1:1" || o.profile != vcard.IDPrime || o.pki != "D" || string(o.pin) != "1111" || string(o.signPIN) != "2222" ||
		string(o.puk) != "3333" || string(o.signPUK) != "4444" {
		t.Errorf("got %+v", o)
	}
	if c := o.config(io.Discard); o.control != "S" || c.Latency != 15*time.Millisecond || c.SignLatency != 350*time.Millisecond || !c.Absent {
		t.Errorf("got %+v, %+v", o, c)
	}
}

// started is a program that runs with a control socket.
type started struct {
	stderr *output
	stop   context.CancelFunc
	code   chan int
	conn   net.Conn
	lines  *bufio.Scanner
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "control")
	ctx, stop := context.WithCancel(context.Background())
	s := &started{stderr: newOutput(), stop: stop, code: make(chan int, 1)}
	go func() {
		s.code <- program{stdout: io.Discard, stderr: s.stderr}.run(ctx, append(args, "--control", socket))
	}()
	t.Cleanup(stop)
	select {
	case <-s.stderr.lines: // the first line comes when the socket is there
	case code := <-s.code:
		t.Fatalf("exit %d: %s", code, s.stderr)
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s.conn, s.lines = conn, bufio.NewScanner(conn)
	return s
}

func (s *started) ask(t *testing.T, line string) string {
	t.Helper()
	if _, err := fmt.Fprintln(s.conn, line); err != nil {
		t.Fatal(err)
	}
	if !s.lines.Scan() {
		t.Fatalf("no answer to %q: %v", line, s.lines.Err())
	}
	return s.lines.Text()
}

func (s *started) ends(t *testing.T) int {
	t.Helper()
	s.stop()
	select {
	case code := <-s.code:
		return code
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
		return 0
	}
}

// listen stands for the reader.
func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func accept(t *testing.T, listener net.Listener) net.Conn {
	t.Helper()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// transmit sends one frame in hexadecimal to the card and returns the answer in the same form, without its length.
func transmit(t *testing.T, conn net.Conn, frame string) string {
	t.Helper()
	raw, err := hex.DecodeString(frame)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(append([]byte{byte(len(raw) >> 8), byte(len(raw))}, raw...)); err != nil {
		t.Fatal(err)
	}
	length := make([]byte, 2)
	if _, err := io.ReadFull(conn, length); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, int(length[0])<<8|int(length[1]))
	if _, err := io.ReadFull(conn, answer); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(answer)
}

func TestTheCardIsInTheReaderFromTheStart(t *testing.T) {
	reader := listen(t)
	s := start(t, "--pki", trainingDir(t), "--vpcd", reader.Addr().String(), "--pin", "987654")
	conn := accept(t, reader)
	if got := transmit(t, conn, "04"); got != "3b7f96000080318065b0855956fb120ffe829000" {
		t.Errorf("got ATR %s", got)
	}
	const verify = "0020001110" + "393837363534" + "00000000000000000000"
	if got := s.ask(t, "trace on"); got != "ok" {
		t.Error(got)
	}
	if got := transmit(t, conn, verify); got != "9000" {
		t.Errorf("VERIFY with the PIN of the command line answers %s", got)
	}
	if got := s.ask(t, "stat"); !strings.Contains(got, `"apdu":1,"verify":1`) || !strings.Contains(got, `"inserted":true`) {
		t.Errorf("got %s", got)
	}
	if code := s.ends(t); code != exitOK {
		t.Errorf("exit %d: %s", code, s.stderr)
	}
	text := s.stderr.String()
	if !strings.Contains(text, "[17 bytes withheld]") || strings.Contains(text, "987654") || strings.Contains(text, "393837363534") {
		t.Errorf("stderr:\n%s", text)
	}
}

func TestAnAbsentCardWaitsForInsert(t *testing.T) {
	reader := listen(t)
	s := start(t, "--pki", trainingDir(t), "--vpcd", reader.Addr().String(), "--absent")
	if got := s.ask(t, "stat"); !strings.Contains(got, `"inserted":false`) {
		t.Errorf("got %s", got)
	}
	if got := s.ask(t, "insert"); got != "ok" {
		t.Fatal(got)
	}
	if got := transmit(t, accept(t, reader), "00200011"); got != "63c3" {
		t.Errorf("got %s", got)
	}
	if got := s.ask(t, "swap "+trainingDir(t)); got != "ok" {
		t.Fatal(got)
	}
	if got := transmit(t, accept(t, reader), "00200011"); got != "63c3" {
		t.Errorf("the card swapped in answers %s", got)
	}
	if code := s.ends(t); code != exitOK {
		t.Errorf("exit %d: %s", code, s.stderr)
	}
}
