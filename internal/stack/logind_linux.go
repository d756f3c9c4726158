package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/godbus/dbus/v5"
)

// The names of logind on the bus (org.freedesktop.login1(5)).
const (
	login1        = "org.freedesktop.login1"
	login1Path    = dbus.ObjectPath("/org/freedesktop/login1")
	login1Manager = login1 + ".Manager"
	login1Session = login1 + ".Session"
)

// logindConf lets the lab suspend as often as a test wants and waits at most 2 s for those who delay it.
const logindConf = `[Login]
KillUserProcesses=no
InhibitDelayMaxSec=2s
[Sleep]
AllowSuspend=yes
SuspendState=mem
`

// Logind is a real login manager: elogind, which is logind without systemd.
type Logind struct {
	lab  *Lab
	bus  *Bus
	ctx  context.Context
	proc *Proc
}

// Session is a desktop session that a Logind knows.
type Session struct {
	// ID is its name, such as "c1".
	ID string
	// Person is whose it is.
	Person Person
	// Leader is the process it belongs to; programs of the session have it as XDG_SESSION_ID.
	Leader *Proc
	path   dbus.ObjectPath
	logind *Logind
	conn   *dbus.Conn
	alive  *os.File
}

// Logind starts the login manager on the bus and returns when it answers. It runs until ctx ends.
func (l *Lab) Logind(ctx context.Context, bus *Bus) (*Logind, error) {
	if !l.root {
		return nil, errors.New("starting elogind: it needs a lab made by root")
	}
	if err := os.WriteFile(l.Path("etc/logind.conf"), []byte(logindConf), 0o644); err != nil {
		return nil, err
	}
	d := &Logind{lab: l, bus: bus, ctx: ctx}
	return d, d.Start()
}

// Start starts the login manager again after Kill.
func (d *Logind) Start() error {
	root := filepath.Join(d.lab.bin, "lab", "elogind")
	program := filepath.Join(root, "lib/elogind/elogind")
	if _, err := os.Stat(program); err != nil {
		return &MissingError{Program: program, Remedy: "installer/linux/get-elogind.sh " + root}
	}
	if err := removeIfThere(d.lab.Path("run/elogind.pid")); err != nil {
		return err
	}
	proc, err := d.lab.Start(d.ctx, Cmd{Path: program, Env: []string{
		"LD_LIBRARY_PATH=" + filepath.Join(root, "lib/x86_64-linux-gnu") + ":" + filepath.Join(root, "lib/elogind"),
		"ELOGIND_CONF_FILE=" + d.lab.Path("etc/logind.conf"),
	}})
	if err != nil {
		return err
	}
	d.proc = proc
	conn, err := d.bus.Dial(d.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return proc.awaitReady(d.ctx, func() bool {
		var owned bool
		err := conn.BusObject().CallWithContext(d.ctx, "org.freedesktop.DBus.NameHasOwner", 0, login1).Store(&owned)
		return err == nil && owned
	})
}

// Kill ends the login manager as a crash would, and returns when it is gone. The sessions' files stay.
func (d *Logind) Kill() {
	d.proc.Kill()
	<-d.proc.Done()
}

// created is what CreateSession answers (org.freedesktop.login1(5), "soshusub").
type created struct {
	id      string
	path    dbus.ObjectPath
	runtime string
	alive   dbus.UnixFD
	uid     uint32
	seat    string
	vt      uint32
	existed bool
}

// CreateSession opens a desktop session without a seat for a person, as a display manager's PAM module does. It ends
// with Close, or when its leader or the lab ends.
func (d *Logind) CreateSession(ctx context.Context, person string) (*Session, error) {
	p, err := d.lab.Person(person)
	if err != nil {
		return nil, err
	}
	leader, err := d.lab.Start(ctx, Cmd{Path: "sleep", Args: []string{"infinity"}, As: person})
	if err != nil {
		return nil, err
	}
	conn, err := d.bus.Dial(ctx)
	if err != nil {
		return nil, err
	}
	var c created
	var properties []struct {
		Name  string
		Value dbus.Variant
	}
	err = conn.Object(login1, login1Path).CallWithContext(ctx, login1Manager+".CreateSession", 0,
		p.UID, uint32(leader.PID), "siths-lab", "x11", "user", "", "", uint32(0), "", ":0", false, "", "", properties,
	).Store(&c.id, &c.path, &c.runtime, &c.alive, &c.uid, &c.seat, &c.vt, &c.existed)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("creating a session for %s: %w", person, err), conn.Close())
	}
	s := &Session{ID: c.id, Person: p, Leader: leader, path: c.path, logind: d, conn: conn,
		alive: os.NewFile(uintptr(c.alive), "session "+c.id)}
	d.lab.keep(s)
	return s, nil
}

// Env is what programs of the session have in their environment (pam_systemd(8)).
func (s *Session) Env() []string {
	return []string{
		"XDG_SESSION_ID=" + s.ID, "XDG_SESSION_TYPE=x11", "XDG_SESSION_CLASS=user",
		"XDG_RUNTIME_DIR=/run/user/" + strconv.FormatUint(uint64(s.Person.UID), 10),
	}
}

// Start runs a program in the session, as its person and in its cgroup, so that logind knows where it belongs.
func (s *Session) Start(ctx context.Context, c Cmd) (*Proc, error) {
	return s.logind.lab.Start(ctx, s.inside(c))
}

// Run runs a program in the session to its end.
func (s *Session) Run(ctx context.Context, c Cmd) (Result, error) {
	return s.logind.lab.Run(ctx, s.inside(c))
}

// inside is the command as a program of the session.
func (s *Session) inside(c Cmd) Cmd {
	c.As, c.cgroup = s.Person.Name, filepath.Join("/sys/fs/cgroup/elogind", s.ID)
	c.Env = append(s.Env(), c.Env...)
	return c
}

// Property reads one property of the session, such as "LockedHint".
func (s *Session) Property(name string) (dbus.Variant, error) {
	return s.conn.Object(login1, s.path).GetProperty(login1Session + "." + name)
}

// Lock asks the session's locker to lock, as `loginctl lock-session` does.
func (s *Session) Lock(ctx context.Context) error { return s.call(ctx, "LockSession") }

// Unlock asks the session's locker to unlock, as `loginctl unlock-session` does.
func (s *Session) Unlock(ctx context.Context) error { return s.call(ctx, "UnlockSession") }

// Idle says, as the session's desktop does, whether nobody uses it.
func (s *Session) Idle(ctx context.Context, idle bool) error {
	return s.conn.Object(login1, s.path).CallWithContext(ctx, login1Session+".SetIdleHint", 0, idle).Err
}

// call calls a method of the manager that takes a session's name.
func (s *Session) call(ctx context.Context, method string) error {
	return s.conn.Object(login1, login1Path).CallWithContext(ctx, login1Manager+"."+method, 0, s.ID).Err
}

// Close ends the session: its leader first, then the pipe that tells logind so.
func (s *Session) Close() error {
	s.Leader.Kill()
	<-s.Leader.Done()
	return errors.Join(s.alive.Close(), s.conn.Close())
}

// Suspend lets the login manager send the machine to sleep; in a lab the sleep itself takes no time. It returns when
// the login manager has accepted the request, which is before those who delay it are done.
func (d *Logind) Suspend(ctx context.Context) error {
	conn, err := d.bus.Dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Object(login1, login1Path).CallWithContext(ctx, login1Manager+".Suspend", 0, false).Err
}
