package desktop

import (
	"bytes"
	"strings"
	"sync"
	"time"

	"siths-agent/internal/stack"
)

// The properties of the root window that a window manager keeps (Extended Window Manager Hints 1.5, "Root Window
// Properties").
const (
	propManager = "_NET_SUPPORTING_WM_CHECK"
	propClients = "_NET_CLIENT_LIST"
	propActive  = "_NET_ACTIVE_WINDOW"
)

// spy follows the properties of the root window by what `xprop -spy` writes at each change. It is given no names: those
// that nobody has used yet would be left out for ever.
type spy struct {
	mu      sync.Mutex
	rest    []byte
	values  map[string]string
	changed chan struct{} // closed at each change, and then a new one
}

// openSpy starts to follow what the window manager says.
func (d *Desktop) openSpy() *spy {
	d.tb.Helper()
	s := &spy{values: map[string]string{}, changed: make(chan struct{})}
	c := stack.Cmd{Path: "xprop", Args: []string{"-root", "-spy"}, Env: d.Display.Env(), Stdout: s}
	d.lab.Start(c)
	return s
}

// Write takes lines as "_NET_ACTIVE_WINDOW(WINDOW): window id # 0x400007", or without what follows the type when there
// is no such property.
func (s *spy) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, p...)
	for {
		line, rest, whole := bytes.Cut(s.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		s.rest = rest
		name, _, _ := strings.Cut(string(line), "(")
		name, _, _ = strings.Cut(name, ":")
		_, value, _ := strings.Cut(string(line), "# ")
		s.values[name] = strings.TrimSuffix(value, ", 0x0") // xfwm4 names two active windows, and the second is none
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// value is what is known of a property now; empty means that it is not there.
func (s *spy) value(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[name]
}

// next is closed at the next change.
func (s *spy) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// lookEvery is how often a wait looks again without a change of the root window, for what changes elsewhere.
const lookEvery = 20 * time.Millisecond

// Await waits until yes; it looks at each change that the window manager tells of, and now and then. In vain, it fails
// the test with a picture of the screen.
func (d *Desktop) Await(what string, yes func() bool) {
	d.tb.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		var changed <-chan struct{}
		if d.spy != nil {
			changed = d.spy.next()
		}
		if yes() {
			return
		}
		select {
		case <-changed:
		case <-look.C:
		case <-limit.C:
			d.tb.Fatalf("waiting for %s: not within %s", what, patience)
		}
	}
}
