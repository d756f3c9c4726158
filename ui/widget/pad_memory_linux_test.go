package widget

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"siths-agent/internal/memscan"
	"siths-agent/internal/secret"
	"siths-agent/ui/text"
)

// roleVar makes of the test program a window that does what its input says.
const roleVar = "SITHS_WIDGET_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleVar) != "typist" {
		os.Exit(m.Run())
	}
	if err := typist(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The commands of a typist. The letters from a on are digits on the keyboard, those from A on keys of the keypad.
const (
	cmdTake  = '!'
	cmdWipe  = '"'
	cmdBack  = '#'
	cmdClear = '%'
	cmdClose = '&'
	cmdLook  = '?' // draws, and answers when all before is done
)

// typist has a window with a field and does a command for each byte that it reads.
func typist(in io.Reader, out io.Writer) error {
	app := test.NewApp()
	defer app.Quit()
	p := NewPad(PadOptions{})
	defer p.Close()
	keypad := NewKeypad(func() *Pad { return p }, text.SV)
	w := test.NewWindow(container.NewVBox(p, keypad))
	defer w.Close()
	w.Canvas().Focus(p)
	keys := keysOf(keypad)
	command := make([]byte, 1)
	for {
		if _, err := io.ReadFull(in, command); err != nil {
			return nil
		}
		if command[0] == cmdLook {
			w.Canvas().Capture()
			fmt.Fprintln(out, p.Len())
			continue
		}
		obey(command[0], p, w.Canvas(), keys)
	}
}

func obey(command byte, p *Pad, c fyne.Canvas, keys []*key) {
	switch command {
	case cmdTake:
		secret.Wipe(p.Take())
	case cmdWipe:
		p.Wipe()
	case cmdBack:
		c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	case cmdClear:
		c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	case cmdClose:
		p.Close()
	default:
		if command >= 'a' {
			c.Focused().TypedRune(rune(command - 'a' + '0'))
			return
		}
		keys[place(int(command-'A'))].Tapped(nil)
	}
}

// place is where a digit's key is on the keypad.
func place(digit int) int {
	if digit == 0 {
		return 10
	}
	return digit - 1
}

// code draws digits that nobody has had before.
func code(t *testing.T) string {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(memscan.CanaryLen), nil))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%0*d", memscan.CanaryLen, n)
}

// desk is a typist and what is looked for in it.
type desk struct {
	t       *testing.T
	pid     int
	in      io.Writer
	out     *bufio.Reader
	needles memscan.Needles
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), roleVar+"=typist", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	return &desk{t: t, pid: cmd.Process.Pid, in: in, out: bufio.NewReader(out)}
}

// do gives commands and waits until they are done and drawn. It returns how many digits there are.
func (d *desk) do(commands string) (n int) {
	d.t.Helper()
	if _, err := io.WriteString(d.in, commands+string(cmdLook)); err != nil {
		d.t.Fatal(err)
	}
	if _, err := fmt.Fscanln(d.out, &n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// types draws a code and types it, on the keyboard or the keypad.
func (d *desk) types(first rune) {
	d.t.Helper()
	canary := code(d.t)
	d.needles.Add(canary)
	if n := d.do(strings.Map(func(r rune) rune { return first + r - '0' }, canary)); n != len(canary) {
		d.t.Fatalf("%d digits were taken", n)
	}
}

func (d *desk) scan() []memscan.Hit {
	d.t.Helper()
	r, err := memscan.Scan(d.pid, &d.needles)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.Hits
}

func TestNoCopyOfACodeStaysInAWindow(t *testing.T) {
	d := openDesk(t)
	for _, c := range []struct {
		name  string
		first rune
		end   string
	}{
		{"taken", 'a', string(cmdTake)}, {"wiped", 'A', string(cmdWipe)}, {"cleared", 'a', string(cmdClear)},
		{"taken back", 'A', strings.Repeat(string(cmdBack), memscan.CanaryLen)},
	} {
		d.types(c.first)
		if held := d.scan(); !d.locked(held) {
			t.Errorf("typed: %v", held)
		}
		if n := d.do(c.end); n != 0 {
			t.Errorf("%s: %d digits are left", c.name, n)
		}
		if hits := d.scan(); len(hits) != 0 {
			t.Errorf("%s: %v", c.name, hits)
		}
	}
	d.types('a')
	d.do(string(cmdClose))
	if hits := d.scan(); len(hits) != 0 {
		t.Errorf("closed: %v", hits)
	}
}

// locked says whether all that was found lies in the one locked page.
func (d *desk) locked(hits []memscan.Hit) bool {
	d.t.Helper()
	for _, h := range hits {
		if ok, err := memscan.Locked(d.pid, h.Address); err != nil || !ok || h.Form != "ASCII" {
			return false
		}
	}
	return len(hits) > 0
}
