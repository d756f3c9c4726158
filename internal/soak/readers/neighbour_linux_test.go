package readers

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// neighbour is a program of another user that runs in a lab.
type neighbour struct {
	t    *testing.T
	in   io.Writer
	said chan string
	proc *stack.Proc
}

// nobody is a user who is on every machine (Debian policy 9.2.2).
func nobody() []string {
	return []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"}
}

// newNeighbour starts a neighbour of one kind as nobody.
func newNeighbour(t *testing.T, w *workplace.Workplace, kind string, args ...string) *neighbour {
	t.Helper()
	line := append(append(nobody(), w.OwnProgram(neighbourName)), append([]string{kind}, args...)...)
	return start(t, w, stack.Cmd{Path: line[0], Args: line[1:]})
}

func start(t *testing.T, w *workplace.Workplace, c stack.Cmd) *neighbour {
	t.Helper()
	stdin, in := io.Pipe()
	out, stdout := io.Pipe()
	c.Stdin, c.Stdout = stdin, stdout
	n := &neighbour{t: t, in: in, said: make(chan string, 16), proc: w.Start(c)}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n.said <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		n.proc.Kill()
		<-n.proc.Done()
		_ = stdout.Close()
	})
	return n
}

// tell gives a neighbour one line.
func (n *neighbour) tell(line string) {
	n.t.Helper()
	if _, err := io.WriteString(n.in, line+"\n"); err != nil {
		n.t.Fatal(err)
	}
}

// hear waits for the neighbour's next line.
func (n *neighbour) hear() string {
	n.t.Helper()
	select {
	case line := <-n.said:
		if strings.HasPrefix(line, "error") {
			n.t.Fatal(line)
		}
		return line
	case <-n.proc.Done():
		n.t.Fatalf("the neighbour has ended: %s", n.proc.Stderr())
	case <-time.After(workplace.Patience):
		n.t.Fatal("the neighbour says nothing")
	}
	return ""
}

// ask is tell and hear.
func (n *neighbour) ask(line string) string {
	n.t.Helper()
	n.tell(line)
	return n.hear()
}

const (
	// goalSnapshot is how long a snapshot may take, whatever is done to the readers.
	goalSnapshot = 200 * time.Millisecond
	// waited is how long it takes at least when it waits for the card: half of what a card may be silent for
	// (operation_timeout).
	waited = 2500 * time.Millisecond
)

// look checks that the service answers without waiting for the card, and returns what it answers.
func (r *recoveries) look(t *testing.T, w *workplace.Workplace) apitype.Snapshot {
	t.Helper()
	begun := time.Now()
	s := w.Snapshot()
	took := time.Since(begun)
	if took > waited {
		t.Errorf("a snapshot took %s", took)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slowest = max(r.slowest, took)
	return s
}

// awaitBusy waits until the card is told to be in another program's use.
func awaitBusy(w *workplace.Workplace) {
	w.Await("the reader to be busy", func(s apitype.Snapshot) bool {
		return s.Card != nil && workplace.ProblemOf(s, apitype.ReaderBusy) != nil
	})
}

// goal is how soon after a neighbour has let go the card has to be usable again.
const goal = time.Second

// recoveries are collected from several places at once.
type recoveries struct {
	mu      sync.Mutex
	times   soak.Times
	slowest time.Duration // of the snapshots meanwhile
}

func (r *recoveries) add(took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = append(r.times, took)
}

// recovered measures how long the service takes until its card can take a PIN again, after letGo.
func (r *recoveries) recovered(w *workplace.Workplace, letGo func()) {
	begun := time.Now()
	letGo()
	w.AwaitReopened()
	r.add(time.Since(begun))
}

// report keeps the row of what has recovered.
func (r *recoveries) report(t *testing.T, id, name, command string) {
	t.Helper()
	soak.Report(t, soak.Row{ID: id, Name: name, Asked: "no hang, a snapshot ≤ 200 ms, told as what it is, usable again ≤ 1 s after it is over",
		Found:  fmt.Sprintf("usable again: %s; slowest snapshot %.1f ms", r.times, float64(r.slowest)/float64(time.Millisecond)),
		Missed: r.times.Max() > goal || r.slowest > goalSnapshot, Command: command})
}
