package sso

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// program is a running program of anna's that uses the card: this test program, in its other part.
type program struct {
	proc   *stack.Proc
	in     io.WriteCloser
	out    *bufio.Reader
	answer chan line
}

// line is an answer of a program, and how long it took.
type line struct {
	said string
	took time.Duration
	err  error
}

// start starts a program of anna's, a file of that name.
func (w *world) start(name string) *program {
	w.tb.Helper()
	in, commands := io.Pipe()
	answers, out := io.Pipe()
	p := &program{in: commands, out: bufio.NewReader(answers), answer: make(chan line, 1)}
	var err error
	p.proc, err = w.Session.Start(w.Lifetime(), stack.Cmd{Path: w.OwnProgram(name), Env: []string{moduleVar + "=" + module}, Stdin: in, Stdout: out})
	w.must(err)
	w.tb.Cleanup(func() {
		p.proc.Kill()
		_ = errors.Join(commands.Close(), out.Close(), in.Close())
	})
	return p
}

// do has the program do something; an answer that begins with "error" is an error. One that does not come in time is, too.
func (p *program) do(command string) line {
	if _, err := fmt.Fprintln(p.in, command); err != nil {
		return line{err: err}
	}
	go func() {
		text, err := p.out.ReadString('\n')
		micro, said, _ := strings.Cut(strings.TrimSpace(text), " ")
		took, _ := strconv.Atoi(micro) // nothing when err tells why
		if why, failed := strings.CutPrefix(said, "error "); failed {
			err = errors.New(why)
		}
		p.answer <- line{said, time.Duration(took) * time.Microsecond, err}
	}()
	select {
	case l := <-p.answer:
		return l
	case <-time.After(patience):
		return line{err: errHung}
	}
}

var errHung = errors.New("the program hangs")

func TestASessionThatIsHeldGetsNothingFromTheNextPersonsCard(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Web)
	w.insertAnna()
	holder := w.start("holder")
	for _, command := range []string{"open", "sign"} {
		if l := holder.do(command); l.err != nil {
			t.Fatalf("%s: %v", command, l.err)
		}
	}
	w.remove()
	w.awaitOut()
	w.refused(holder, "sign")
	w.insertBob()
	before, err := w.card.Stat()
	w.must(err)
	for _, command := range []string{"sign", "open", "sign"} {
		w.refused(holder, command)
	}
	if l := holder.do("slots"); l.err != nil || l.said != "0" {
		t.Errorf("anna's program sees bob's card: %+v", l)
	}
	if s, err := w.card.Stat(); err != nil || s.Sign != before.Sign {
		t.Errorf("bob's card has signed for anna's program: %+v, %v", s, err)
	}
}

// refused has a program do what it is not to get.
func (w *world) refused(p *program, command string) {
	w.tb.Helper()
	if l := p.do(command); l.err == nil || errors.Is(l.err, errHung) {
		w.tb.Errorf("%s: %+v", command, l)
	}
}

// insertBob puts bob's card into the reader in place of anna's, and gives its PIN.
func (w *world) insertBob() {
	w.tb.Helper()
	w.card.Kill()
	_, dir := w.issue("bob", workplace.BobsID)
	w.card = w.InsertDir(dir)
	w.Await("bob's card to be read", func(s apitype.Snapshot) bool {
		return (s.Phase == apitype.Locked || s.Phase == apitype.NeedPIN) && s.Holder != nil && s.Holder.HSAID == workplace.BobsID
	})
	w.Unlock()
}
