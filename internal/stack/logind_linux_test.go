package stack_test

import (
	"strings"
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"

	"github.com/godbus/dbus/v5"
)

func TestLogindKnowsWhichSessionAProcessBelongsTo(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	bus := lab.Bus()
	logind := lab.Logind(bus)
	anna, bob := lab.Session(logind, "anna"), lab.Session(logind, "bob")
	child, err := anna.Start(t.Context(), stack.Cmd{Path: "sleep", Args: []string{"infinity"}})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := bus.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The child joins its cgroup just after it has started.
	err = stack.Await(t.Context(), "the child to be in anna's session", func() bool {
		return sessionOf(conn, child.PID) == "/org/freedesktop/login1/session/"+dbus.ObjectPath(anna.ID)
	})
	if err != nil {
		t.Error(err)
	}
	if got := sessionOf(conn, bob.Leader.PID); !strings.HasSuffix(string(got), "/"+bob.ID) {
		t.Errorf("bob's leader is in %s", got)
	}
}

// sessionOf asks logind, and is empty when it does not know.
func sessionOf(conn *dbus.Conn, pid int) dbus.ObjectPath {
	var path dbus.ObjectPath
	_ = conn.Object("org.freedesktop.login1", "/org/freedesktop/login1").
		Call("org.freedesktop.login1.Manager.GetSessionByPID", 0, uint32(pid)).Store(&path)
	return path
}

func TestTwoLabsHaveSessionsOfTheSameName(t *testing.T) {
	t.Parallel()
	var ids []string
	for range 2 {
		lab := stacktest.New(t, stack.Options{})
		session := lab.Session(lab.Logind(lab.Bus()), "anna")
		if _, err := session.Property("Name"); err != nil {
			t.Error(err)
		}
		ids = append(ids, session.ID)
	}
	if ids[0] != ids[1] {
		t.Errorf("sessions %v: the second lab saw the first", ids)
	}
}
