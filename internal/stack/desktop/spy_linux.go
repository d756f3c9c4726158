package desktop

import (
	"bytes"
	"maps"
	"slices"
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

// ofWindows are the properties of windows that are followed ("Application Window Properties").
func ofWindows() []string {
	return []string{"WM_NAME", "_NET_WM_NAME", "WM_CLASS", "_NET_WM_PID", "_NET_WM_STATE"}
}

// spies follow the properties of the root window and of every window that the manager knows, by what `xprop -spy` writes
// at each change.
type spies struct {
	start func(args []string, out *spy) <-chan struct{} // runs xprop; closed at its end
	over  chan struct{}                                 // closed when nobody looks any more

	mu      sync.Mutex
	root    *spy
	windows map[string]*spy
	titles  []string      // that windows have had, in the order in which they got them
	changed chan struct{} // closed at each change, and then a new one
}

// spy is what is known of one window.
type spy struct {
	all    *spies
	rest   []byte
	values map[string]string // guarded by all.mu
}

// openSpies starts to follow what the window manager says. The root window is followed without names of properties: those
// that nobody has used yet would be left out for ever.
func (d *Desktop) openSpies() *spies {
	d.tb.Helper()
	s := &spies{windows: map[string]*spy{}, changed: make(chan struct{}), over: make(chan struct{})}
	s.start = func(args []string, out *spy) <-chan struct{} {
		c := stack.Cmd{Path: "xprop", Args: args, Env: d.Display.Env(), Stdout: out}
		p, err := d.lab.Lab.Start(d.lab.Lifetime(), c)
		if err == nil {
			return p.Done()
		}
		if !s.isOver() {
			d.tb.Errorf("following a window: %v", err)
		}
		return nil
	}
	d.tb.Cleanup(func() { close(s.over) })
	s.root = &spy{all: s, values: map[string]string{}}
	s.start([]string{"-root", "-spy"}, s.root)
	return s
}

// Write takes lines as "_NET_ACTIVE_WINDOW(WINDOW): window id # 0x400007" or `WM_CLASS(STRING) = "a", "b"`.
func (s *spy) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	for {
		line, rest, whole := bytes.Cut(s.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		s.rest = rest
		s.all.learn(s, string(line))
	}
}

// learn takes in one line about a window, and follows the windows that it tells of.
func (s *spies) learn(of *spy, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, value := parseLine(line)
	of.values[name] = value
	if name == "_NET_WM_NAME" && value != "" && !slices.Contains(s.titles, value) {
		s.titles = append(s.titles, value)
	}
	if of == s.root && name == propClients {
		s.followNew(strings.Split(value, ", "))
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// parseLine reads a line of `xprop -spy`. A property that is not there has no value.
func parseLine(line string) (name, value string) {
	name = line[:strings.IndexAny(line+":", "(:")]
	if _, ids, list := strings.Cut(line, "): window id # "); list {
		return name, strings.TrimSuffix(ids, ", 0x0") // xfwm4 names two active windows, and the second is none
	}
	_, value, _ = strings.Cut(line, ") = ")
	return name, unquoted(value)
}

// unquoted takes the quotes off a text that xprop shows.
func unquoted(value string) string {
	return strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`)
}

// followNew starts to follow the windows that are new, and forgets those that are gone: their numbers are used again.
// s.mu is held.
func (s *spies) followNew(ids []string) {
	maps.DeleteFunc(s.windows, func(id string, _ *spy) bool { return !slices.Contains(ids, id) })
	for _, id := range ids {
		if id == "" || s.windows[id] != nil {
			continue
		}
		w := &spy{all: s, values: map[string]string{}}
		s.windows[id] = w
		go s.follow(id, w)
	}
}

// follow follows a window to its end, and then the next one if that has its number: on a busy machine the manager's list may
// never have been seen without it.
func (s *spies) follow(id string, w *spy) {
	for w != nil {
		select {
		case <-s.start(append([]string{"-id", id, "-spy"}, ofWindows()...), w):
		case <-s.over:
			return
		}
		w = s.anew(id, w)
	}
}

// anew takes the place of a spy whose window has gone, as long as the manager's list has its number; nil when it has not.
func (s *spies) anew(id string, gone *spy) *spy {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.windows[id] != gone || s.isOver() {
		return nil
	}
	s.windows[id] = &spy{all: s, values: map[string]string{}}
	return s.windows[id]
}

// isOver says whether nobody looks any more.
func (s *spies) isOver() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

// value is what is known of a property of the root window; empty means that it is not there.
func (s *spies) value(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.root.values[name]
}

// told tells whether a window has had a title that is asked for.
func (s *spies) told(yes func(title string) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.titles, yes)
}

// next is closed at the next change.
func (s *spies) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// lookEvery is how often a wait looks again without a change of a window, for what changes elsewhere.
const lookEvery = 20 * time.Millisecond

// Await waits until yes; it looks at each change that a window tells of, and now and then. In vain, it fails the test with
// a picture of the screen.
func (d *Desktop) Await(what string, yes func() bool) {
	d.tb.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		var changed <-chan struct{}
		if d.spies != nil {
			changed = d.spies.next()
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
