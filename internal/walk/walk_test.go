package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/testpki"
	"siths-agent/ui/text"
)

// asWalk makes this test program the walk itself, for what only another process can show.
const asWalk = "SITHS_TEST_AS_WALK"

func TestMain(m *testing.M) {
	if os.Getenv(asWalk) != "" {
		main()
	}
	os.Exit(m.Run())
}

// steps are the sentences of a walk in their order.
func steps() []text.WalkWord {
	return []text.WalkWord{text.WalkTitle, text.WalkWorld, text.WalkWorldReady, text.WalkNoCard, text.WalkNobodyEnters, text.WalkInsert,
		text.WalkHolder, text.WalkRead, text.WalkPIN, text.WalkProof, text.WalkUnlocked, text.WalkProgram, text.WalkProgramSigned,
		text.WalkThief, text.WalkThiefRefused, text.WalkRemove, text.WalkLocked, text.WalkProgramEnded, text.WalkAudit, text.WalkAuditWhole, text.WalkDone}
}

// told checks that the sentences were told in this order, each up to its first argument, and none twice.
func told(t *testing.T, l text.Lang, output string, words []text.WalkWord) {
	t.Helper()
	rest := output
	for _, w := range words {
		start, _, _ := strings.Cut(text.Walk(l, w), "%!")
		_, after, found := strings.Cut(rest, start)
		if !found || strings.Count(output, start) != 1 {
			t.Fatalf("%q is missing, twice, or not in its place in\n%s", start, output)
		}
		rest = after
	}
}

func TestTheWalkGoesAsPromised(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	began := time.Now()
	if code := command(t.Context(), nil, teller{&out, text.SV}, nil, nil); code != exitOK {
		t.Fatalf("exit code %d:\n%s", code, &out)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	told(t, text.SV, out.String(), steps())
	for _, want := range []string{"Anna Test", "SE2321000131-P000000000001", text.Walk(text.SV, text.WalkPINGiven), readerInUse,
		"unlock.granted", "sso.released", "session.locked", "anna removed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
}

// transcript collects what a person sees, and tells when something is there.
type transcript struct {
	mu   sync.Mutex
	text string
	more chan struct{} // holds a token when there is more to look at
}

func newTranscript() *transcript { return &transcript{more: make(chan struct{}, 1)} }

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.text += string(p)
	s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text
}

// await waits until want is there n times.
func (s *transcript) await(t *testing.T, want string, n int) {
	t.Helper()
	limit := time.After(time.Minute)
	for strings.Count(s.String(), want) < n {
		select {
		case <-s.more:
		case <-limit:
			t.Fatalf("no %q, %d times, in\n%s", want, n, s)
		}
	}
}

// wrongPIN is in no other number that the walk shows.
const wrongPIN = "918273"

// terminal is the two ends of a terminal: where a program reads, and where a person types.
func terminal(t *testing.T) (program, hand *os.File) {
	t.Helper()
	hand, program, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = program.Close(), hand.Close() })
	return program, hand
}

func typeLine(t *testing.T, hand io.Writer, line string) {
	t.Helper()
	if _, err := hand.Write([]byte(line + "\r")); err != nil {
		t.Fatal(err)
	}
}

func TestAWrongPINIsToldWithTheTriesLeftAndAskedForAgain(t *testing.T) {
	t.Parallel()
	program, hand := terminal(t)
	seen := newTranscript()
	code := make(chan int, 1)
	go func() {
		code <- command(t.Context(), nil, teller{seen, text.EN}, &keyboard{in: program, out: seen}, nil)
	}()
	prompt := text.PAMPrompt(text.EN, "Anna Test")
	seen.await(t, prompt, 1)
	typeLine(t, hand, wrongPIN)
	seen.await(t, prompt, 2)
	typeLine(t, hand, "12")
	seen.await(t, prompt, 3)
	typeLine(t, hand, trainingPIN)
	if got := <-code; got != exitOK {
		t.Fatalf("exit code %d:\n%s", got, seen)
	}
	told(t, text.EN, seen.String(), steps())
	for _, want := range []string{"Wrong PIN. 2 tries left.", "wrong length", "pin.wrong"} {
		if !strings.Contains(seen.String(), want) {
			t.Errorf("%q is missing in\n%s", want, seen)
		}
	}
	if strings.Contains(seen.String(), wrongPIN) {
		t.Error("the PIN was shown")
	}
}

func TestTheLastTryIsSpentOnlyAfterAYes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer, pin, want string }{
		"a no ends it":                {"no", "", "pin.last-try"},
		"a yes and a wrong PIN block": {"yes", wrongPIN, text.Walk(text.EN, text.WalkBlocked)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, hand := terminal(t)
			seen := newTranscript()
			code := make(chan int, 1)
			go func() {
				code <- command(t.Context(), nil, teller{seen, text.EN}, &keyboard{in: program, out: seen}, nil)
			}()
			for n := range 2 {
				seen.await(t, text.PAMPrompt(text.EN, "Anna Test"), n+1)
				typeLine(t, hand, wrongPIN)
			}
			seen.await(t, text.PAMLastTry(text.EN), 1)
			typeLine(t, hand, c.answer)
			if c.pin != "" {
				seen.await(t, text.PAMPrompt(text.EN, "Anna Test"), 3)
				typeLine(t, hand, c.pin)
			}
			if got := <-code; got != exitBroken || !strings.Contains(seen.String(), c.want) {
				t.Errorf("exit code %d, no %q in\n%s", got, c.want, seen)
			}
		})
	}
}

// walkAsProcess starts the walk as the leader of a terminal, as a shell does, with its own folder for temporary files.
func walkAsProcess(t *testing.T, args ...string) (cmd *exec.Cmd, hand *os.File, seen *transcript, tmp string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SITHS_BIN"); dir != "" {
		bin = dir
	}
	if tmp, err = os.MkdirTemp("", "walk-"); err != nil { // short: the path of a socket has 108 bytes at most
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	cmd = exec.Command(self, args...)
	cmd.Env = []string{asWalk + "=yes", "LANG=en_GB.UTF-8", "TMPDIR=" + tmp, "SITHS_BIN=" + bin, "PATH=" + os.Getenv("PATH")}
	if hand, err = pty.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hand.Close() })
	seen = newTranscript()
	go func() { _, _ = io.Copy(seen, hand) }() // ends with the process, by EIO
	return cmd, hand, seen, tmp
}

func TestAnInterruptionLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args      []string
		at        text.WalkWord
		interrupt func(cmd *exec.Cmd, hand io.Writer) error
	}{
		"Ctrl-C at the PIN": {nil, text.WalkPIN, func(_ *exec.Cmd, hand io.Writer) error {
			_, err := hand.Write([]byte{keyETX})
			return err
		}},
		"SIGINT for all of the terminal while the world starts": {nil, text.WalkWorld, func(cmd *exec.Cmd, _ io.Writer) error {
			return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		}},
		"SIGTERM at the PIN": {nil, text.WalkPIN, func(cmd *exec.Cmd, _ io.Writer) error {
			return cmd.Process.Signal(syscall.SIGTERM)
		}},
		"SIGINT while a real card is waited for": {[]string{"-real", "-environment", "test", "-trust", trustFolder(t)}, text.WalkInsertYours,
			func(cmd *exec.Cmd, _ io.Writer) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, hand, seen, tmp := walkAsProcess(t, c.args...)
			sentence, _, _ := strings.Cut(text.Walk(text.EN, c.at), "%!")
			seen.await(t, sentence, 1)
			if err := c.interrupt(cmd, hand); err != nil {
				t.Fatal(err)
			}
			seen.await(t, text.Walk(text.EN, text.WalkInterrupted), 1)
			exit := (*exec.ExitError)(nil)
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitBroken {
				t.Errorf("it ended with %v", err)
			}
			nothingLeft(t, tmp)
		})
	}
}

// nothingLeft checks that no file is left, and no process that names the folder.
func nothingLeft(t *testing.T, tmp string) {
	t.Helper()
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range lines {
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(tmp)) {
			t.Errorf("%s still runs: %q", file, line)
		}
	}
}

// trustFolder is a folder of trusted certificates.
func trustFolder(t *testing.T) string {
	t.Helper()
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := pki.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheMachinesOwnReaderTellsWhoseCardItIsOrWhyNot(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{}) // its reader service plays the machine's
	w := &world{lab: lab.Lab}
	if _, err := w.startReader(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.card.Insert(); err != nil {
		t.Fatal(err)
	}
	seen := newTranscript()
	r, err := w.lab.Run(t.Context(), realWalk(t, w, seen))
	if err != nil || r.Code != exitOK {
		t.Fatalf("%+v, %v\n%s", r, err, seen)
	}
	// The training card's policy is in no table but the world's own, so here it is refused.
	for _, want := range []string{text.Walk(text.SV, text.WalkInsertYours), "cert.policy-unknown", "Anna Test", text.Walk(text.SV, text.WalkRealDone)} {
		if !strings.Contains(seen.String(), want) {
			t.Errorf("%q is missing in\n%s", want, seen)
		}
	}
}

// realWalk is the walk with -real inside a world, as a process.
func realWalk(t *testing.T, w *world, seen io.Writer) stack.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	agentd, err := w.lab.Program("siths-agentd")
	if err != nil {
		t.Fatal(err)
	}
	return stack.Cmd{
		Path: self, Args: []string{"-real", "-environment", "test", "-trust", w.lab.Path("trust")}, Stdout: seen,
		Env: []string{asWalk + "=yes", "LANG=sv_SE.UTF-8", "TMPDIR=" + w.lab.Path("home"), "SITHS_BIN=" + filepath.Dir(agentd)},
	}
}

func TestAContextThatEndsEndsTheWalk(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if code := command(ctx, nil, teller{&out, text.EN}, nil, nil); code != exitBroken || !strings.Contains(out.String(), "Interrupted") {
		t.Errorf("exit code %d:\n%s", code, fmt.Sprint(&out))
	}
}
