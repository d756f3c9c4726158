package notify

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"siths-agent/ui/resident"
)

// moment bounds every wait for something that has to happen.
const moment = time.Minute

// bus is a message bus of its own, which starts no services by itself.
type bus struct {
	t       *testing.T
	address string
	conf    string
	cmd     *exec.Cmd
}

func newBus(t *testing.T) *bus {
	t.Helper()
	dir := t.TempDir()
	b := &bus{t: t, address: "unix:path=" + filepath.Join(dir, "bus"), conf: filepath.Join(dir, "conf")}
	conf := fmt.Sprintf(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>%s</listen>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`, b.address)
	if err := os.WriteFile(b.conf, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	b.start()
	t.Cleanup(func() { b.kill() })
	return b
}

func (b *bus) start() {
	b.t.Helper()
	path := b.address[len("unix:path="):]
	_ = os.Remove(path) // of a bus that was killed
	b.cmd = exec.Command("dbus-daemon", "--nofork", "--config-file="+b.conf)
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	await(b.t, "the bus", func() bool {
		c, err := net.Dial("unix", path)
		if err == nil {
			_ = c.Close() // nothing was said on it
		}
		return err == nil
	})
}

func (b *bus) kill() {
	_ = b.cmd.Process.Kill() // it may have ended
	_ = b.cmd.Wait()
}

func (b *bus) dial() (*dbus.Conn, error) { return dbus.Connect(b.address) }

// await looks again and again until something is so.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(moment); !is(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// call is what a fake server was asked.
type call struct {
	replaces  uint32
	summary   string
	body      string
	actions   []string
	urgency   any
	closed    uint32
	withImage bool
}

// fake is a server for notifications as the specification has it.
type fake struct {
	conn  *dbus.Conn
	can   []string
	stuck chan struct{} // if any: Notify waits for it

	mu    sync.Mutex
	calls []call
}

// serveOn puts the server on a bus.
func (f *fake) serveOn(b *bus) {
	b.t.Helper()
	conn, err := b.dial()
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	f.conn = conn
	if err := conn.Export(f, busPath, busName); err != nil {
		b.t.Fatal(err)
	}
	if _, err := conn.RequestName(busName, dbus.NameFlagDoNotQueue); err != nil {
		b.t.Fatal(err)
	}
}

// GetCapabilities is the server's.
func (f *fake) GetCapabilities() ([]string, *dbus.Error) { return f.can, nil }

// Notify is the server's. Its ids are the numbers of the calls.
func (f *fake) Notify(_ string, replaces uint32, _, summary, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	if f.stuck != nil {
		<-f.stuck
	}
	_, image := hints["image-data"]
	return f.add(call{replaces: replaces, summary: summary, body: body, actions: actions, urgency: hints["urgency"].Value(), withImage: image}), nil
}

// CloseNotification is the server's.
func (f *fake) CloseNotification(id uint32) *dbus.Error {
	f.add(call{closed: id})
	return nil
}

func (f *fake) add(c call) uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
	return uint32(len(f.calls))
}

// wait returns the nth call, from 1.
func (f *fake) wait(t *testing.T, n int) call {
	t.Helper()
	var c call
	await(t, fmt.Sprintf("call %d", n), func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.calls) >= n {
			c = f.calls[n-1]
		}
		return len(f.calls) >= n
	})
	return c
}

// running runs a notifier on a bus until the test ends, and tells what is clicked.
func running(t *testing.T, dial func() (*dbus.Conn, error)) (*Notifier, <-chan resident.Kind) {
	t.Helper()
	clicks := make(chan resident.Kind, 8)
	n := New(slog.New(slog.DiscardHandler), func(k resident.Kind) { clicks <- k })
	ended := make(chan error, 1)
	go func() { ended <- n.Run(t.Context(), dial) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	return n, clicks
}
