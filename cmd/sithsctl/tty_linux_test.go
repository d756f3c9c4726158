package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

const annasCard = `{"v":1,"rev":2,"phase":"need-pin","agent":{"version":"1","pid":1},` +
	`"card":{"insertion":17,"pin":{"auth":{"tries":3}}},` +
	`"holder":{"name":"Anna Test","hsa_id":"x","loa":3,"not_after":"2028-11-21T01:27:00Z"}}` + "\n"

// patience is how long a person at the terminal waits for what they expect to see.
const patience = time.Minute

// console is sithsctl on a terminal of its own, and the person in front of it.
type console struct {
	t      *testing.T
	cmd    *exec.Cmd
	person *os.File
	screen *os.File // the other end, kept open to look at its settings
	before *unix.Termios
	seen   bytes.Buffer
	dir    string
}

// openConsole starts "sithsctl ARGS" on a terminal, with a stand-in that answers from files.
func openConsole(t *testing.T, files map[string]string, args ...string) *console {
	t.Helper()
	dir, socket := lab(t, files)
	person, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Close(), screen.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, person: person, screen: screen, dir: dir}
	c.before = c.settings()
	c.cmd = &exec.Cmd{
		Path: self, Args: append([]string{"sithsctl"}, args...),
		Env:   []string{"SITHS_AGENT_SOCKET=" + socket, "LANG=C", "GORACE=" + quickExit},
		Stdin: screen, Stdout: screen, Stderr: screen,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true},
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	if err := person.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *console) settings() *unix.Termios {
	c.t.Helper()
	got, err := unix.IoctlGetTermios(int(c.screen.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

// expect reads the screen until it shows text.
func (c *console) expect(text string) {
	c.t.Helper()
	buf := make([]byte, 256)
	for !strings.Contains(c.seen.String(), text) {
		n, err := c.person.Read(buf)
		c.seen.Write(buf[:n])
		if err != nil {
			c.t.Fatalf("waiting for %q: %v; the screen shows %q", text, err, c.seen.String())
		}
	}
}

func (c *console) types(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.person, keys); err != nil {
		c.t.Fatal(err)
	}
}

// ends waits for the end, checks the exit code and that the terminal is as it was, and returns all that was shown.
func (c *console) ends(exit int) string {
	c.t.Helper()
	err := c.cmd.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		c.t.Fatal(err)
	}
	if got := c.cmd.ProcessState.ExitCode(); got != exit {
		c.t.Errorf("exit %d, want %d", got, exit)
	}
	if after := c.settings(); !reflect.DeepEqual(after, c.before) {
		c.t.Errorf("the terminal is left as %+v, it was %+v", after, c.before)
	}
	_ = c.screen.Close() // now the person's end reads up to the last byte and then fails
	rest, _ := io.ReadAll(c.person)
	c.seen.Write(rest)
	return c.seen.String()
}

// got is what the stand-in was asked for.
func (c *console) got() string {
	b, err := os.ReadFile(filepath.Join(c.dir, "got"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.t.Fatal(err)
	}
	return string(b)
}

func TestAPINTypedOnATerminalIsNotShown(t *testing.T) {
	c := openConsole(t, map[string]string{"snapshot": annasCard, "pin": `{"ok":true}`}, "login")
	c.expect("PIN for Anna Test: ")
	if c.settings().Lflag&unix.ECHO != 0 {
		t.Error("echo is on at the prompt")
	}
	c.types("48x\x7f2913\r")
	c.expect("Unlocked: Anna Test")
	if screen := c.ends(exitDone); strings.ContainsAny(screen, "482913") {
		t.Errorf("the screen shows a digit of the PIN: %q", screen)
	}
	if got := c.got(); got != "insertion 17 pin 482913\n" {
		t.Errorf("the service got %q", got)
	}
}

func TestCtrlCAtThePromptOfATerminalCancels(t *testing.T) {
	c := openConsole(t, map[string]string{"snapshot": annasCard}, "login")
	c.expect("PIN for Anna Test: ")
	c.types("4829\x03")
	screen := c.ends(exitFailed)
	if !strings.Contains(screen, "[pin.cancelled]") || strings.Contains(screen, "4829") || c.got() != "" {
		t.Errorf("the screen shows %q, the service got %q", screen, c.got())
	}
}

func TestASignalAtThePromptOfATerminalCancels(t *testing.T) {
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "terminate": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			c := openConsole(t, map[string]string{"snapshot": annasCard}, "login")
			c.expect("PIN for Anna Test: ")
			c.types("4829")
			if err := c.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if screen := c.ends(exitFailed); !strings.Contains(screen, "[pin.cancelled]") || c.got() != "" {
				t.Errorf("the screen shows %q, the service got %q", screen, c.got())
			}
		})
	}
}

func TestTheLastTryIsAskedForOnATerminal(t *testing.T) {
	last := strings.Replace(annasCard, `"tries":3`, `"tries":1`, 1)
	answers := map[string]struct {
		answer string
		exit   int
	}{"yes": {"yes\n", exitDone}, "no": {"no\n", exitPINBlocked}, "Ctrl-C": {"\x03", exitFailed}}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			c := openConsole(t, map[string]string{"snapshot": last, "pin": `{"ok":true}`}, "login")
			c.expect("One try left.")
			c.expect("Type yes to try: ")
			c.types(a.answer)
			if a.exit == exitDone {
				c.expect("PIN for Anna Test: ")
				c.types("482913\r")
			}
			c.ends(a.exit)
			if asked := c.got() == "insertion 17 pin 482913 last-try\n"; asked != (a.exit == exitDone) {
				t.Errorf("the service got %q", c.got())
			}
		})
	}
}

func TestCtrlCEndsAWatchWithoutAnError(t *testing.T) {
	c := openConsole(t, map[string]string{"snapshot": annasCard}, "watch")
	c.expect("Waiting for the PIN: Anna Test")
	c.types("\x03")
	if screen := c.ends(exitDone); strings.Contains(screen, "sithsctl:") {
		t.Errorf("the screen shows %q", screen)
	}
}

func TestAProcessWithoutATerminalAsksForADescriptor(t *testing.T) {
	_, socket := lab(t, map[string]string{"snapshot": annasCard})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := &exec.Cmd{Path: self, Args: []string{"sithsctl", "--socket", socket, "login"}, Stderr: &stderr,
		Env: []string{"LANG=C", "GORACE=" + quickExit}, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := cmd.Run(); err == nil || !strings.Contains(stderr.String(), "--pin-fd") {
		t.Errorf("%v: %q", err, stderr.String())
	}
}
