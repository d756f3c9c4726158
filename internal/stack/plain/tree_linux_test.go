package plain

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The bus of screen readers and its registry of programs (AT-SPI 2, org.a11y.Bus and org.a11y.atspi.Accessible).
const (
	accessible = "org.a11y.atspi.Accessible"
	registry   = "org.a11y.atspi.Registry"
	root       = "/org/a11y/atspi/accessible/root"
)

// The numbers of states (AT-SPI 2, AtspiStateType).
const (
	stateFocused = 12
	stateDefault = 39
)

// reader is what a screen reader has: a connection to the bus on which programs say what they show.
type reader struct {
	w    *world
	conn *dbus.Conn
}

// reader connects as a screen reader does.
func (w *world) reader() *reader {
	w.t.Helper()
	var address string
	session := w.d.Bus.Dial()
	w.Must(session.Object("org.a11y.Bus", "/org/a11y/bus").Call("org.a11y.Bus.GetAddress", 0).Store(&address))
	conn, err := dbus.Connect(address, dbus.WithContext(context.WithoutCancel(w.t.Context())))
	w.Must(err)
	w.t.Cleanup(func() { _ = conn.Close() })
	return &reader{w, conn}
}

// reference names one thing of one program.
type reference struct {
	Program string
	Path    dbus.ObjectPath
}

// thing is one part of a window, as it is told to screen readers.
type thing struct {
	at     reference
	role   string
	name   string
	states []uint32
}

func (th thing) is(state uint) bool {
	return int(state/32) < len(th.states) && th.states[state/32]&(1<<(state%32)) != 0
}

// String is a line of what is read.
func (th thing) String() string { return fmt.Sprintf("%s %q", th.role, th.name) }

// programs are the names of those that say what they show.
func (r *reader) programs() []string {
	var names []string
	for _, at := range r.children(reference{registry, root}) {
		names = append(names, r.thing(at).name)
	}
	return names
}

// read is all that a program shows, in the order in which it is read; empty when there is no such program.
func (r *reader) read(program string) []thing {
	for _, at := range r.children(reference{registry, root}) {
		if strings.Contains(r.thing(at).name, program) {
			return r.walk(at)
		}
	}
	return nil
}

func (r *reader) walk(at reference) []thing {
	all := []thing{r.thing(at)}
	for _, child := range r.children(at) {
		all = append(all, r.walk(child)...)
	}
	return all
}

// children are what a thing is made of; it may have gone.
func (r *reader) children(at reference) []reference {
	var all []reference
	_ = r.conn.Object(at.Program, at.Path).Call(accessible+".GetChildren", 0).Store(&all)
	return all
}

func (r *reader) thing(at reference) thing {
	o, th := r.conn.Object(at.Program, at.Path), thing{at: at}
	_ = o.Call(accessible+".GetRoleName", 0).Store(&th.role)
	_ = o.StoreProperty(accessible+".Name", &th.name)
	_ = o.Call(accessible+".GetState", 0).Store(&th.states)
	return th
}

// text is what is told of the content of a field.
func (r *reader) text(th thing) string {
	var text string
	r.w.Must(r.conn.Object(th.at.Program, th.at.Path).Call("org.a11y.atspi.Text.GetText", 0, int32(0), int32(-1)).Store(&text))
	return text
}
