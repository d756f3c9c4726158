package stack

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Slots is how many cards the virtual reader holds (vpcd's VICC_MAX_SLOTS).
const Slots = 2

// firstPort is where the virtual reader listens for the card of its first slot; the second is the next port.
const firstPort = 35963

// readerConf is the reader.conf(5) entry of vsmartcard's virtual reader.
const readerConf = `FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID    0x8C7B
`

// PCSCD is the card reader service of a lab, with vsmartcard's reader of two slots.
type PCSCD struct {
	lab  *Lab
	ctx  context.Context
	proc *Proc
}

// PCSCD starts the card reader service and waits until it serves programs and cards. It runs until ctx ends.
func (l *Lab) PCSCD(ctx context.Context) (*PCSCD, error) {
	if err := requireTools("pcscd"); err != nil {
		return nil, err
	}
	const driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
	if _, err := os.Stat(driver); err != nil {
		return nil, &MissingError{Program: driver, Remedy: "apt-get install vsmartcard-vpcd"}
	}
	if err := os.MkdirAll(l.Path("etc/reader.conf.d"), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.Path("etc/reader.conf.d/vpcd"), []byte(readerConf), 0o644); err != nil {
		return nil, err
	}
	d := &PCSCD{lab: l, ctx: ctx}
	return d, d.Start()
}

// Socket is the service's socket as a path that works inside and outside: for PCSCLITE_CSOCK_NAME (pcscd(8)).
func (d *PCSCD) Socket() string { return d.lab.Path("run/pcscd/pcscd.comm") }

// PID is the process number of the running service.
func (d *PCSCD) PID() int { return d.proc.PID }

// Start starts the service again after Stop or Kill.
func (d *PCSCD) Start() error {
	if err := removeIfThere(d.Socket()); err != nil { // pcscd leaves it behind when it is killed
		return err
	}
	if err := removeIfThere(d.lab.Path("run/pcscd/pcscd.pid")); err != nil {
		return err
	}
	proc, err := d.lab.Start(d.ctx, Cmd{Path: "pcscd", Args: []string{"--foreground", "--config", d.lab.Path("etc/reader.conf.d")}})
	if err != nil {
		return err
	}
	d.proc = proc
	return proc.awaitReady(d.ctx, func() bool {
		return canDial(d.Socket()) && d.lab.listens(firstPort) && d.lab.listens(firstPort+Slots-1)
	})
}

// Stop ends the service in an orderly way.
func (d *PCSCD) Stop() error { return d.proc.Stop() }

// Kill ends the service as a crash would, and returns when it is gone.
func (d *PCSCD) Kill() {
	d.proc.Kill()
	<-d.proc.Done()
}

// Restart is Stop and Start.
func (d *PCSCD) Restart() error {
	if err := d.Stop(); err != nil {
		return err
	}
	return d.Start()
}

// Freeze stops the service where it stands, like a machine that hangs; Thaw lets it go on.
func (d *PCSCD) Freeze() error { return d.proc.Signal(syscall.SIGSTOP) }

// Thaw ends Freeze.
func (d *PCSCD) Thaw() error { return d.proc.Signal(syscall.SIGCONT) }

// slotAddress is where the card of a slot (0 or 1) connects.
func slotAddress(slot int) (string, error) {
	if slot < 0 || slot >= Slots {
		return "", fmt.Errorf("the virtual reader has no slot %d", slot)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+slot)), nil
}

// tcpListen is the state of a listening socket in /proc/net/tcp (Linux, include/net/tcp_states.h).
const tcpListen = "0A"

// listens tells whether a program of the lab listens on a TCP port.
func (l *Lab) listens(port int) bool { return Listens(l.holder.Process.Pid, port) }

// Listens tells whether anybody listens on a TCP port in the network that a process is in.
func Listens(pid, port int) bool {
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err == nil && listening(string(text), port) {
			return true
		}
	}
	return false
}

// listening looks for the port in the text of /proc/net/tcp (proc(5)).
func listening(table string, port int) bool {
	suffix := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) > 3 && strings.HasSuffix(fields[1], suffix) && fields[3] == tcpListen {
			return true
		}
	}
	return false
}

// canDial tells whether somebody serves a unix socket.
func canDial(path string) bool {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
