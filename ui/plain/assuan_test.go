package plain

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"siths-agent/internal/secret"
)

// locked is an empty secret of so many bytes at most.
func locked(t testing.TB, size int) *secret.Buffer {
	t.Helper()
	b, err := secret.New(size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// wired is a talk with a pinentry that has said what it will say.
func wired(t testing.TB, says string) (*wire, *bytes.Buffer) {
	t.Helper()
	heard := &bytes.Buffer{}
	return &wire{in: heard, out: strings.NewReader(says), line: locked(t, secret.MaxLen)}, heard
}

func TestACodeIsReadAsItWasTyped(t *testing.T) {
	w, heard := wired(t, "S PASSWORD_FROM_NOWHERE\n# a remark\nD 73%2518\nD 2%0a\nOK\nOK next\n")
	code := locked(t, longestCode)
	if err := w.ask("GETPIN", "", code); err != nil || string(code.Bytes()) != "73%182\n" {
		t.Errorf("%q, %v", code.Bytes(), err)
	}
	if got := heard.String(); got != "GETPIN\n" {
		t.Errorf("it heard %q", got)
	}
	if w.line.Len() != 0 || w.one[0] != 0 {
		t.Error("the line that had the code is still there")
	}
}

func TestWhatIsNoAnswerIsAnErrorAndEnds(t *testing.T) {
	for says, want := range map[string]error{
		"":                               io.EOF,
		"OK":                             io.EOF,
		"HELLO\n":                        errLine,
		"\n":                             errLine,
		"INQUIRE QUALITY 735182\n":       errLine,
		"ERR much Operation cancelled\n": errLine,
		"D 73%1":                         io.EOF,
		"D 73%1\nOK\n":                   errEscape,
		"D 7%zz\nOK\n":                   errEscape,
		"D " + strings.Repeat("7", 65):   io.EOF,
		strings.Repeat("#", 300) + "\n":  errLongLine,
		"D " + strings.Repeat("7", 65) + "\nOK\n": secret.ErrTooLong,
	} {
		w, _ := wired(t, says)
		if err := w.ask("GETPIN", "", locked(t, longestCode)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", says, err, want)
		}
	}
	w, _ := wired(t, "D 735182\nOK\n")
	if err := w.ask("SETDESC", "x", nil); !errors.Is(err, errLine) {
		t.Errorf("a code that nobody has asked for: %v", err)
	}
}

func TestAPersonsNoIsToldApartFromAFailure(t *testing.T) {
	for says, leave := range map[string]bool{
		"ERR 83886179 Operation cancelled <Pinentry>\n":  true, // 5<<24 (pinentry) + 99
		"ERR 83886194 not confirmed\n":                   true,
		"ERR 83886278 Operation fully cancelled\n":       true,
		"ERR 83886340 Invalid IPC response <Pinentry>\n": false,
		"ERR 536871187 Unknown IPC command\n":            false,
	} {
		w, _ := wired(t, says)
		if err := w.ask("CONFIRM", "", nil); leaves(err) != leave || err == nil {
			t.Errorf("%q: %v", says, err)
		}
	}
	w, _ := wired(t, "ERR 536871187 Unknown IPC command\n")
	if err := w.tell("SETREPEATERROR", "x"); err != nil {
		t.Errorf("what it does not know: %v", err)
	}
}

func TestATextStaysWithinItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "SETDESC\n",
		"100 %\r\nBYE\n":        "SETDESC 100 %25%0D%0ABYE%0A\n",
		"Åsa\x00\x1b[2J":        "SETDESC Åsa%00%1B[2J\n",
		"\xff":                  "SETDESC \ufffd\n",
		"%00":                   "SETDESC %2500\n",
		"a\u2028b":              "SETDESC a\u2028b\n",
		"\nD 123456\nOK\nRESET": "SETDESC %0AD 123456%0AOK%0ARESET\n",
	} {
		if got := string(command("SETDESC", text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{strings.Repeat("å", 2000), strings.Repeat("%", 2000), strings.Repeat("a", 2000)} {
		line := command("SETDESC", text)
		if len(line) > longestCommand+1 || len(line) < longestCommand-2 || bytes.Count(line, []byte("\n")) != 1 || !bytes.HasSuffix(line, []byte("\n")) {
			t.Errorf("%d bytes: %q", len(line), line)
		}
	}
}

// FuzzPinentry feeds what a pinentry could say: it ends, within its bounds, and nothing of it is kept where it was read.
func FuzzPinentry(f *testing.F) {
	for _, says := range []string{"OK\n", "D 735182\nOK\n", "D %25%0A\nOK\n", "ERR 83886179 x\n", "S x\n#\nOK", "INQUIRE x\n", "D %", "\n"} {
		f.Add([]byte(says))
	}
	f.Fuzz(func(t *testing.T, says []byte) {
		w, _ := wired(t, string(says))
		code := locked(t, longestCode)
		err := w.ask("GETPIN", "", code)
		if err == nil && !bytes.Contains(says, []byte("OK")) {
			t.Errorf("%q was taken for an answer", says)
		}
		if code.Len() > longestCode || w.line.Len() != 0 || w.one[0] != 0 {
			t.Errorf("after %q there are %d bytes of code, and %d of the line", says, code.Len(), w.line.Len())
		}
	})
}
