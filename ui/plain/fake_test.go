package plain

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// fake stands in for the system's pinentries: each window is answered by the person of the test.
type fake struct {
	t       *testing.T
	windows chan *opened
}

// opened is a window that a pinentry has opened.
type opened struct {
	t     *testing.T
	what  string            // GETPIN or CONFIRM, with its option
	says  map[string]string // what was set, by its command
	reply io.Writer
	gone  chan struct{} // closed when it was ended
}

// answer is what the pinentry says when the person has done something.
func (o *opened) answer(lines ...string) {
	o.t.Helper()
	for _, line := range lines {
		if _, err := fmt.Fprintln(o.reply, line); err != nil {
			o.t.Errorf("nobody hears %q: %v", line, err)
		}
	}
}

// The answers of a person.
const (
	cancelled  = "ERR 83886179 Operation cancelled"
	notThatOne = "ERR 83886194 Not confirmed"
)

func (f *fake) start() (*pinentry, error) {
	in, commands := io.Pipe()
	answers, reply := io.Pipe()
	gone := make(chan struct{})
	end := sync.OnceFunc(func() {
		close(gone)
		_, _ = in.Close(), answers.Close()
		_, _ = commands.Close(), reply.Close()
	})
	go f.serve(in, reply, gone)
	return &pinentry{in: commands, out: answers, end: end, noKeyboard: func() bool { return false }}, nil
}

func (f *fake) serve(commands io.Reader, reply io.Writer, gone chan struct{}) {
	if _, err := fmt.Fprintln(reply, "OK Pleased to meet you"); err != nil {
		return
	}
	says := map[string]string{}
	for lines := bufio.NewScanner(commands); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		if name == "GETPIN" || name == "CONFIRM" {
			f.windows <- &opened{f.t, lines.Text(), says, reply, gone}
			continue
		}
		says[name] = rest
		if _, err := fmt.Fprintln(reply, "OK"); err != nil {
			return
		}
	}
}

// shown is a face in front of a person.
type shown struct {
	*Face
	*fake
	said  chan dialog.Said
	ended chan error
}

// show runs a face until the test ends.
func show(t *testing.T, first model.Screen) *shown {
	t.Helper()
	s := &shown{Face: New(text.SV), fake: &fake{t, make(chan *opened)}, said: make(chan dialog.Said, 100), ended: make(chan error, 1)}
	s.Face.start = s.fake.start
	go func() { s.ended <- s.Run(t.Context(), first, func(d dialog.Said) { s.said <- d }) }()
	return s
}

const patience = time.Minute

// window waits for the next window.
func (s *shown) window() *opened {
	s.t.Helper()
	select {
	case w := <-s.windows:
		return w
	case <-time.After(patience):
		s.t.Fatal("no window opens")
		return nil
	}
}

// did waits for the next thing that the person is said to have done, besides typing.
func (s *shown) did() model.Do {
	s.t.Helper()
	for {
		select {
		case d := <-s.said:
			if d.Do != "" {
				return d.Do
			}
		case <-time.After(patience):
			s.t.Fatal("nothing is told")
			return ""
		}
	}
}

// ends wants the face to end without an error.
func (s *shown) ends() {
	s.t.Helper()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Error(err)
		}
	case <-time.After(patience):
		s.t.Fatal("it does not end")
	}
}
