package stack

import (
	"context"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"
)

// busConf is a system bus where every program may own every name, so that tests can stand in for a service. What the
// services themselves allow is theirs to check.
const busConf = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow send_type="signal"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`

// Bus is the system bus of a lab.
type Bus struct {
	lab  *Lab
	ctx  context.Context
	proc *Proc
}

// Bus starts the system bus and returns when it serves. It runs until ctx ends.
func (l *Lab) Bus(ctx context.Context) (*Bus, error) {
	if err := os.WriteFile(l.Path("etc/system-bus.conf"), []byte(busConf), 0o644); err != nil {
		return nil, err
	}
	b := &Bus{lab: l, ctx: ctx}
	return b, b.Start()
}

// Start starts the bus again after Kill.
func (b *Bus) Start() error {
	if err := removeIfThere(b.socket()); err != nil {
		return err
	}
	proc, err := b.lab.Start(b.ctx, Cmd{Path: "dbus-daemon", Args: []string{"--nofork", "--nopidfile", "--config-file=" + b.lab.Path("etc/system-bus.conf")}})
	if err != nil {
		return err
	}
	b.proc = proc
	return proc.awaitReady(b.ctx, func() bool { return canDial(b.socket()) })
}

// Kill ends the bus at once, and returns when it is gone.
func (b *Bus) Kill() {
	b.proc.Kill()
	<-b.proc.Done()
}

// Address is the bus as DBUS_SYSTEM_BUS_ADDRESS has it; it works inside and outside of the lab.
func (b *Bus) Address() string { return "unix:path=" + b.socket() }

func (b *Bus) socket() string { return b.lab.Path("run/dbus/system_bus_socket") }

// Dial connects to the bus as the calling process. The caller closes the connection.
func (b *Bus) Dial(ctx context.Context) (*dbus.Conn, error) {
	conn, err := dbus.Connect(b.Address(), dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("connecting to the lab's bus: %w", err)
	}
	return conn, nil
}
