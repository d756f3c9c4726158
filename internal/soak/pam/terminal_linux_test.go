package pam

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// end is one way to leave a prompt.
type end struct {
	keys   string // typed at the prompt
	signal syscall.Signal
	hangUp bool // the terminal goes away
}

func ends() map[string]end {
	return map[string]end{
		// The line behind it, because some programs look at signals only when something has been typed.
		"Ctrl-C": {keys: "\x03\n"}, "Ctrl-backslash": {keys: "\x1c\n"}, "Ctrl-D": {keys: "\x04"},
		"SIGTERM": {signal: unix.SIGTERM}, "SIGKILL": {signal: unix.SIGKILL}, "SIGHUP": {signal: unix.SIGHUP}, "a terminal that goes away": {hangUp: true},
	}
}

// atTerminal is a program at a terminal of its own.
type atTerminal struct {
	d    *door
	ptmx *os.File
	proc *stack.Proc
	seen bytes.Buffer
}

func (d *door) atTerminal(line ...string) *atTerminal {
	d.t.Helper()
	blocking, tty, err := pty.Open()
	d.Must(err)
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	d.Must(err)
	d.Must(unix.SetNonblock(fd, true))
	d.Must(blocking.Close())
	ptmx := os.NewFile(uintptr(fd), "ptmx") // with deadlines
	d.t.Cleanup(func() { _ = ptmx.Close() })
	// The prompts go to the errors. The shell turns into the program, which then leads the session.
	p, err := d.Lab.Lab.Start(d.t.Context(), stack.Cmd{Path: "setsid", Args: append([]string{"--ctty", "sh", "-c", `exec "$@" 2>&1`, "sh"}, line...), Stdin: tty, Stdout: tty})
	d.Must(err)
	d.Must(tty.Close())
	return &atTerminal{d: d, ptmx: ptmx, proc: p}
}

// await reads until the program has asked for something.
func (a *atTerminal) await(prompt string) {
	a.d.t.Helper()
	d := a.d
	d.Must(a.ptmx.SetReadDeadline(time.Now().Add(workplace.Patience)))
	b := make([]byte, 1024)
	for !strings.Contains(a.seen.String(), prompt) {
		n, err := a.ptmx.Read(b)
		a.seen.Write(b[:n])
		if err != nil {
			d.t.Fatalf("waiting for %q: %v; seen %q %s", prompt, err, a.seen.String(), a.proc.Stderr())
		}
	}
}

// leave leaves the prompt and waits for the program to end.
func (a *atTerminal) leave(e end) {
	a.d.t.Helper()
	_, err := a.ptmx.WriteString(e.keys)
	a.d.Must(err)
	if e.signal != 0 {
		a.d.Must(a.proc.Signal(e.signal))
	}
	if e.hangUp {
		a.d.Must(a.ptmx.Close())
	}
	select {
	case <-a.proc.Done():
	case <-time.After(workplace.Patience):
		a.d.t.Fatal("the program does not end")
	}
}

// echoes says whether what is typed can be seen again.
func (a *atTerminal) echoes() bool {
	a.d.t.Helper()
	conn, err := a.ptmx.SyscallConn() // Fd would make it blocking, and reads without end
	a.d.Must(err)
	var state *unix.Termios
	var failed error
	a.d.Must(conn.Control(func(fd uintptr) { state, failed = unix.IoctlGetTermios(int(fd), unix.TCGETS) }))
	a.d.Must(failed)
	return state.Lflag&unix.ECHO != 0
}

// helpers counts the helpers of this workplace's module that are left.
func (d *door) helpers() int {
	n := 0
	for _, exe := range must(filepath.Glob("/proc/[0-9]*/exe")) {
		if target, err := os.Readlink(exe); err == nil && target == d.place.Helper() {
			n++
		}
	}
	return n
}

func must(found []string, _ error) []string { return found } // the pattern is well-formed

func TestEveryWayToLeaveAPromptIsARefusal(t *testing.T) {
	t.Parallel()
	d := open(t, workplace.Plan{})
	card := d.Card(d.Issue(workplace.Anna()), stack.CardOptions{PIN: pin, Absent: true})
	d.Must(card.Tries(1))
	d.Must(card.Insert())
	d.AwaitPhase(apitype.NeedPIN)
	for _, name := range []string{"su", "tester"} {
		d.PAM(name, "auth required "+d.place.Module()+" socket="+d.API.Socket, "account required pam_permit.so", "session required pam_permit.so")
	}
	// su asks a user other than root only.
	programs := map[string][]string{
		"su":        {"setpriv", "--reuid=61002", "--regid=61002", "--clear-groups", "su", "anna", "-c", "echo LET-IN"},
		"pamtester": {"pamtester", "tester", "anna", "authenticate"},
	}
	count := 0
	for _, program := range []string{"su", "pamtester"}[:soak.Size(1, 2)] {
		line := programs[program]
		for name, e := range ends() {
			for _, prompt := range []string{"Type yes", "PIN for"}[:soak.Size(1, 2)] {
				a := d.atTerminal(line...)
				a.await("Type yes")
				if n := d.helpers(); n != 1 {
					t.Errorf("%d helpers ask", n)
				}
				if prompt != "Type yes" {
					d.Must(writeTo(a.ptmx, "yes\n"))
					a.await(prompt)
				}
				a.leave(e)
				count++
				// Who dies of a signal leaves the terminal as it was, as at any other module's prompt.
				if !e.hangUp && a.proc.Code() >= 0 && !a.echoes() {
					t.Errorf("%s, %s at %q: the terminal shows nothing any more", program, name, prompt)
				}
				if a.proc.Code() == 0 || strings.Contains(a.seen.String(), "LET-IN") {
					t.Errorf("%s, %s at %q: let in: %q", program, name, prompt, a.seen.String())
				}
				d.AwaitThat("the helper to be gone", func() bool { return d.helpers() == 0 })
			}
		}
	}
	d.WantVerify(card, 0)
	soak.Report(t, soak.Row{ID: "4.36", Name: "su and pamtester at a terminal, left at each prompt by key, signal and hangup", Asked: "deny, echo restored, no child left",
		Found: fmt.Sprintf("%d prompts left: 0 let in, 0 PINs to the card, 0 helpers left, echo back wherever the program lived to see to it", count), Command: "make soak ONLY=TestEveryWayToLeave"})
}

func writeTo(f *os.File, s string) error {
	_, err := f.WriteString(s)
	return err
}
