package desktop

import (
	"sync"

	"github.com/godbus/dbus/v5"
)

// notifyInterface is what programs show notices with (Desktop Notifications Specification 1.2).
const notifyInterface = "org.freedesktop.Notifications"

// Notice is a notice that a program has asked the desktop to show.
type Notice struct {
	// App, Summary and Body are its texts.
	App, Summary, Body string
	// Replaces is the number of the notice it takes the place of, 0 when it is a new one.
	Replaces uint32
}

// notices collects what is asked for on the bus.
type notices struct {
	mu   sync.Mutex
	seen []Notice
}

// listen follows the bus as dbus-monitor(1) does, until the bus or the test ends.
func (d *Desktop) listen() *notices {
	d.tb.Helper()
	conn := d.Bus.Dial()
	n := &notices{}
	rules := []string{"type='method_call',interface='" + notifyInterface + "',member='Notify'"}
	d.must(conn.BusObject().Call("org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, rules, uint32(0)).Err)
	messages := make(chan *dbus.Message, 64)
	conn.Eavesdrop(messages) // only now: it takes answers too
	go n.collect(messages, conn.Context().Done())
	return n
}

// collect takes notices as they come (Notify: "susssasa{sv}i").
func (n *notices) collect(messages <-chan *dbus.Message, ended <-chan struct{}) {
	for {
		select {
		case m := <-messages:
			n.add(m)
		case <-ended:
			return
		}
	}
}

// add keeps a call of Notify, and nothing else.
func (n *notices) add(m *dbus.Message) {
	if m == nil || len(m.Body) < 5 || m.Headers[dbus.FieldMember].Value() != "Notify" {
		return
	}
	var notice Notice
	notice.App, _ = m.Body[0].(string)
	notice.Replaces, _ = m.Body[1].(uint32)
	notice.Summary, _ = m.Body[3].(string)
	notice.Body, _ = m.Body[4].(string)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen = append(n.seen, notice)
}

// Notices are all notices that programs have asked for since the bus was last started, oldest first.
func (d *Desktop) Notices() []Notice {
	d.notices.mu.Lock()
	defer d.notices.mu.Unlock()
	return append([]Notice(nil), d.notices.seen...)
}

// WaitNotice waits for a notice that is asked for.
func (d *Desktop) WaitNotice(what string, yes func(Notice) bool) Notice {
	d.tb.Helper()
	var found Notice
	d.Await("a notice: "+what, func() bool {
		for _, n := range d.Notices() {
			if yes(n) {
				found = n
				return true
			}
		}
		return false
	})
	return found
}

// WaitBubble waits until a notice is on the screen.
func (d *Desktop) WaitBubble() {
	d.tb.Helper()
	d.Await("a notice on the screen", func() bool {
		windows, err := d.Display.Windows(d.tb.Context(), "^[Xx]fce4-notifyd$")
		return err == nil && len(windows) > 0
	})
}
