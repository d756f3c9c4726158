package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/stall"
)

// courierSocket is where the service asks the courier that it runs.
func (w *world) courierSocket() string {
	return filepath.Join(filepath.Dir(w.Service.Socket()), "courier.sock")
}

// reachesNobody asks the courier for a page that nobody has, and wants its word for that: there is nobody at the
// address, which only a process with a network can tell.
func (w *world) reachesNobody() {
	w.t.Helper()
	c := courier.Client{Socket: w.courierSocket()}
	_, err := c.Ask(w.t.Context(), courier.Question{Fetch: &courier.Fetch{URL: "http://127.0.0.1:1/", Limit: 9}, Timeout: patience})
	if f, ok := errors.AsType[*courier.Failure](err); !ok || f.Reason != courier.Unreachable || !strings.Contains(f.Detail, "127.0.0.1:1: connect") {
		w.t.Errorf("the courier says %v", err)
	}
}

func TestTheCourierHasTheNetworkAndTheServiceHasNone(t *testing.T) {
	w := open(t, plan{})
	w.reachesNobody()
	couriers := w.Couriers()
	if len(couriers) != 1 {
		t.Fatalf("the couriers are %v", couriers)
	}
	status := workplace.ReadIfThere(workplace.ProcFile(couriers[0], "status"))
	if !strings.Contains(status, "CapEff:\t0000000000000000\n") || strings.Contains(status, "Uid:\t0\t") {
		t.Errorf("the courier is %s", status)
	}
	w.Unlocked()
	if open := w.networkSockets(w.Service.PID()); len(open) > 0 {
		t.Errorf("the service has the sockets %q", open)
	}
	if r := w.Run(nobody("test", "-w", w.courierSocket())); r.Code == 0 {
		t.Errorf("everybody can ask the courier")
	}
}

// networkSockets are those sockets of a process that are not of this machine alone (proc_pid_net(5)).
func (w *world) networkSockets(pid int) []string {
	w.t.Helper()
	tables := ""
	for _, name := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet", "netlink"} {
		tables += workplace.ReadIfThere(workplace.ProcFile(pid, "net/"+name))
	}
	files, err := filepath.Glob(workplace.ProcFile(pid, "fd/*"))
	w.Must(err)
	var found []string
	for _, file := range files {
		what, _ := os.Readlink(file) // others may be closed meanwhile
		inode, isSocket := strings.CutPrefix(strings.TrimSuffix(what, "]"), "socket:[")
		if isSocket && slices.Contains(strings.Fields(tables), inode) {
			found = append(found, what)
		}
	}
	return found
}

func TestTheCourierEndsAndComesBackWithItsService(t *testing.T) {
	w := open(t, plan{NoReader: true})
	w.reachesNobody()
	before := w.Couriers()
	w.Service.Kill()
	w.AwaitThat("the courier to end with its service", func() bool { return !alive(before[0]) })
	w.Must(w.Service.Start())
	w.reachesNobody()
	clock := stall.Begin()
	w.Must(w.Service.Stop())
	if took := clock.Took(); took > 2*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if _, err := os.Stat(w.courierSocket()); err == nil {
		t.Error("the courier's socket is left")
	}
}

// alive says whether a process runs; one that nobody has reaped yet does not.
func alive(pid int) bool {
	status := workplace.ReadIfThere(workplace.ProcFile(pid, "status"))
	return status != "" && !strings.Contains(status, "State:\tZ")
}

func TestACourierThatEndsDisturbsNobody(t *testing.T) {
	w := open(t, plan{})
	w.reachesNobody()
	w.Must(syscall.Kill(w.Couriers()[0], syscall.SIGKILL))
	w.Unlocked()
	if s := w.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("it is %s", s.Phase)
	}
	w.reachesNobody()
}

func TestWhereSystemdHasACourierTheServiceRunsNone(t *testing.T) {
	w := open(t, plan{NoReader: true, Service: stack.AgentOptions{Env: []string{"SITHS_COURIER_SOCKET=/run/siths-courier.sock"}}})
	w.AwaitPhase(apitype.NoReader)
	if pids := w.Couriers(); len(pids) > 0 {
		t.Errorf("it runs %v", pids)
	}
	if _, err := os.Stat(w.courierSocket()); err == nil {
		t.Error("it has a socket for one")
	}
}
