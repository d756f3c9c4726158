package desktop

import (
	"context"
	"fmt"
	"net"
	"os"

	"siths-agent/internal/stack"

	"github.com/godbus/dbus/v5"
)

// busConf is a session bus that starts services from their files, as a desktop's own. Besides the person root may use
// it, which the tests are.
const busConf = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>%s</listen>
  <auth>EXTERNAL</auth>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// SessionBus is the message bus of a desktop.
type SessionBus struct {
	desktop *Desktop
	proc    *stack.Proc
}

// busAddress is the bus as DBUS_SESSION_BUS_ADDRESS has it; it works inside and outside of the lab.
func (d *Desktop) busAddress() string { return "unix:path=" + d.busSocket() }

func (d *Desktop) busSocket() string { return d.path("run/bus") }

// Start starts the bus, again after Kill. Programs that were on it before do not come back by themselves.
func (b *SessionBus) Start() {
	d := b.desktop
	d.tb.Helper()
	if err := os.Remove(d.busSocket()); err != nil && !os.IsNotExist(err) {
		d.tb.Fatal(err)
	}
	d.must(os.WriteFile(d.path("bus.conf"), fmt.Appendf(nil, busConf, d.busAddress()), 0o644))
	b.proc = d.Start("dbus-daemon", "--nofork", "--nopidfile", "--config-file="+d.path("bus.conf"))
	d.Await("the session bus", func() bool {
		conn, err := net.Dial("unix", d.busSocket())
		if err == nil {
			_ = conn.Close() // nothing was said on it
		}
		return err == nil
	})
	d.notices = d.listen()
}

// Kill ends the bus at once, and returns when it is gone.
func (b *SessionBus) Kill() {
	b.proc.Kill()
	<-b.proc.Done()
}

// Dial connects to the bus. The connection ends with the test.
func (b *SessionBus) Dial() *dbus.Conn {
	d := b.desktop
	d.tb.Helper()
	conn, err := dbus.Connect(d.busAddress(), dbus.WithContext(context.WithoutCancel(d.tb.Context())))
	d.must(err)
	d.tb.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Owned tells whether somebody has a name on the bus.
func (b *SessionBus) Owned(name string) bool {
	conn, err := dbus.Connect(b.desktop.busAddress())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	var owned bool
	err = conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
	return err == nil && owned
}
