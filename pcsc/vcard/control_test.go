package vcard

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/internal/testpki"
)

func TestEveryControlLineIsCarriedOut(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	other := cardDir(t, testpki.Person{GivenName: "Bo"})
	for _, step := range []struct {
		line  string
		check func() bool
	}{
		{"tries 1", func() bool { return device.Stat().Tries == 1 }},
		{"tries 0", func() bool { return device.Stat().Tries == 0 }},
		{"  tries   2  ", func() bool { return device.Stat().Tries == 2 }},
		{"tries auth 1", func() bool { return device.Stat().Tries == 1 }},
		{"tries puk  4", func() bool { return *device.Stat().PUK == 4 && device.Stat().Tries == 1 }},
		{"trace on", func() bool { return device.tracing }},
		{"trace off", func() bool { return !device.tracing }},
		{"fault silent", func() bool { return device.Stat().Faults[0] == "silent" }},
		{"fault swapped " + other, func() bool { return device.Stat().Faults[1] == "swapped" }},
		{"clear", func() bool { return len(device.Stat().Faults) == 0 }},
		{"remove", func() bool { slot.ends(t); return !device.Stat().Inserted }},
		{"insert", func() bool { slot = reader.accept(t); return device.Stat().Inserted }},
		{"swap " + other, func() bool { slot.ends(t); reader.accept(t); return device.Stat().Inserted }},
	} {
		if got := device.Control(t.Context(), step.line); got != "ok" || !step.check() {
			t.Errorf("%q answers %q, %+v", step.line, got, device.Stat())
		}
	}
}

func TestStatIsOneLineOfJSON(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	slot.control(t, vpcdPowerOn)
	slot.sign(t)
	line := device.Control(t.Context(), "stat")
	var got map[string]any
	if err := json.Unmarshal([]byte(line), &got); err != nil || strings.Contains(line, "\n") {
		t.Fatalf("%q: %v", line, err)
	}
	for key, want := range map[string]any{
		"apdu": 4.0, "verify": 1.0, "pin_status": 0.0, "sign": 1.0, "change": 0.0, "unblock": 0.0, "tries": 3.0, "puk_tries": 10.0,
		"inserted": true, "powered": true, "verified": true, "card": device.Stat().Card,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
}

func TestWrongControlLinesAreExplained(t *testing.T) {
	device, _, _ := insertedDevice(t, Config{})
	for line, want := range map[string]string{
		"":                 "error: unknown command; there are: insert, remove, swap DIR, fault NAME [ARGS], clear, tries [auth|sign|puk|sign-puk] N, stat, trace on|off",
		"explode":          "error: unknown command; there are: insert, remove, swap DIR, fault NAME [ARGS], clear, tries [auth|sign|puk|sign-puk] N, stat, trace on|off",
		"INSERT":           "error: unknown command; there are: insert, remove, swap DIR, fault NAME [ARGS], clear, tries [auth|sign|puk|sign-puk] N, stat, trace on|off",
		"insert now":       "error: write: insert",
		"swap":             "error: write: swap DIR",
		"fault":            "error: write: fault NAME [ARGS]",
		"fault swapped":    "error: write: fault swapped DIR [at=N] [when=before|in|after] [times=N]",
		"fault silent now": "error: write: fault silent [at=N] [when=before|in|after] [times=N]",
		"fault gremlin":    "error: " + UnknownFaultError{"gremlin"}.Error(),
		"tries":            "error: write: tries [auth|sign|puk|sign-puk] N",
		"tries many":       "error: write: tries [auth|sign|puk|sign-puk] N",
		"tries sign 1":     `error: the card has no code "sign"; cards have auth, and some sign, puk or sign-puk`,
		"tries pin 1":      `error: the card has no code "pin"; cards have auth, and some sign, puk or sign-puk`,
		"tries puk":        "error: write: tries [auth|sign|puk|sign-puk] N",
		"tries 16":         "error: PIN tries are a number from 0 to 15, not 16",
		"tries -1":         "error: PIN tries are a number from 0 to 15, not -1",
		"trace":            "error: write: trace on|off",
		"trace maybe":      "error: write: trace on|off",
	} {
		if got := device.Control(t.Context(), line); got != want {
			t.Errorf("%q answers %q, want %q", line, got, want)
		}
	}
	if s := device.Stat(); !s.Inserted || s.Tries != DefaultTries || len(s.Faults) != 0 {
		t.Errorf("a wrong line changed the device: %+v", s)
	}
}

func TestAFolderWithSpacesInItsNameCanBeSwappedTo(t *testing.T) {
	device, _, _ := insertedDevice(t, Config{})
	var got string
	device.cfg.Load = func(dir string) (*Card, error) {
		got = dir
		return nil, errors.New("one\ntwo")
	}
	if answer := device.Control(t.Context(), "swap /tmp/my card"); answer != "error: one two" || got != "/tmp/my card" {
		t.Errorf("answers %q for %q", answer, got)
	}
}

// FuzzControlLine gives the parser whatever line: it finds a verb of the table, with an argument exactly when the verb
// takes one, or returns a ControlError.
func FuzzControlLine(f *testing.F) {
	for _, seed := range []string{"insert", "swap /tmp/a b", "fault swapped /x", "tries 3", "trace on", "stat ", " \t", "tries\x003", "fault  silent"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		v, arg, err := parseControl(line)
		if err != nil {
			if !errors.As(err, new(ControlError)) {
				t.Errorf("%q: %v", line, err)
			}
			return
		}
		if (arg == "") != (v.arg == "") || arg != strings.TrimSpace(arg) || !strings.HasPrefix(strings.TrimSpace(line), v.name) {
			t.Errorf("%q was read as %s with %q", line, v.name, arg)
		}
	})
}

// controlled serves a device on a socket and returns the socket's path.
func controlled(t *testing.T, device *Device) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control")
	listener, err := ListenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- device.ServeControl(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return path
}

func dialControl(t *testing.T, path string) (net.Conn, *bufio.Scanner) {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	deadline(t, conn.SetDeadline)
	return conn, bufio.NewScanner(conn)
}

func ask(t *testing.T, conn net.Conn, answers *bufio.Scanner, line string) string {
	t.Helper()
	if _, err := fmt.Fprintln(conn, line); err != nil {
		t.Fatal(err)
	}
	if !answers.Scan() {
		t.Fatalf("%q got no answer: %v", line, answers.Err())
	}
	return answers.Text()
}

func TestTheControlSocketAnswersEachLineWithOne(t *testing.T) {
	device, _, _ := insertedDevice(t, Config{})
	path := controlled(t, device)
	one, oneAnswers := dialControl(t, path)
	two, twoAnswers := dialControl(t, path)
	if got := ask(t, one, oneAnswers, "tries 1"); got != "ok" {
		t.Errorf("got %q", got)
	}
	if got := ask(t, two, twoAnswers, "explode"); !strings.HasPrefix(got, "error: ") {
		t.Errorf("got %q", got)
	}
	if got := ask(t, one, oneAnswers, "stat"); !strings.Contains(got, `"tries":1`) {
		t.Errorf("got %q", got)
	}
}

func TestALineThatIsTooLongEndsTheConversation(t *testing.T) {
	device, _, _ := insertedDevice(t, Config{})
	conn, answers := dialControl(t, controlled(t, device))
	if got := ask(t, conn, answers, strings.Repeat("x", maxControlLine)); got != "error: a command has at most 4096 bytes" {
		t.Errorf("got %q", got)
	}
	if answers.Scan() {
		t.Errorf("and then %q", answers.Text())
	}
}

func TestServingEndsWithItsListener(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	listener, err := ListenControl(filepath.Join(t.TempDir(), "control"))
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := device.ServeControl(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
