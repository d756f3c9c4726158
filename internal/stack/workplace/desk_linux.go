package workplace

import (
	"testing"
	"time"

	"siths-agent/internal/stack"

	"github.com/godbus/dbus/v5"
)

// Desk is a Workplace with a login manager, a session of anna's, and an ear on what sessions are told.
type Desk struct {
	*Workplace
	Bus     *stack.Bus
	Logind  *stack.Logind
	Session *stack.Session
	Locks   <-chan time.Time // when a session was told to lock
}

// maxLocks is how many locks may wait to be looked at.
const maxLocks = 1024

// OpenDesk makes a desk. Everything at it ends with the test.
func OpenDesk(tb testing.TB, p Plan) *Desk {
	tb.Helper()
	w := OpenWithoutService(tb, p)
	bus := w.Bus()
	logind := w.Logind(bus)
	d := &Desk{Workplace: w, Bus: bus, Logind: logind, Session: w.Session(logind, "anna")}
	conn, err := bus.Dial(tb.Context())
	w.Must(err)
	tb.Cleanup(func() { _ = conn.Close() })
	w.Must(conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.login1.Session"), dbus.WithMatchMember("Lock")))
	told, locks := make(chan *dbus.Signal, maxLocks), make(chan time.Time, maxLocks)
	conn.Signal(told)
	go func() { // ends with the connection, which closes told
		for range told {
			locks <- time.Now()
		}
	}()
	d.Locks = locks
	w.Serve(p.Service)
	return d
}

// AwaitLock waits until a session is told to lock, and tells when that was.
func (d *Desk) AwaitLock() time.Time {
	d.tb.Helper()
	select {
	case at := <-d.Locks:
		return at
	case <-time.After(Patience):
		d.tb.Fatal("no session was told to lock")
		return time.Time{}
	}
}

// ForgetLocks drops what sessions have been told so far and tells how often that was.
func (d *Desk) ForgetLocks() int {
	n := 0
	for {
		select {
		case <-d.Locks:
			n++
		default:
			return n
		}
	}
}
