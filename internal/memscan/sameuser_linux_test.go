package memscan

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// TestWhoRunsAProcessOfOursCannotLookIntoIt lets the user of each of our processes pry. The service is nobody's but
// root's, from whom nothing is hidden; for this test one runs as anna.
func TestWhoRunsAProcessOfOursCannotLookIntoIt(t *testing.T) {
	t.Parallel()
	c := newTally()
	own := &bench{Workplace: workplace.OpenWithoutService(t, workplace.Plan{NoReader: true}), t: t, tally: c}
	own.Serve(stack.AgentOptions{As: "anna", Systems: withTickets()})
	mine := own.ours()
	own.awaitHelpers(mine)
	closed := own.triesAll(asAnna, mine)

	b := openBench(t, c)
	children := childrenIn(b.ours())
	b.awaitHelpers(children)
	closed += b.triesAll(asNobody, children)
	program, err := b.Program("sithsctl")
	b.Must(err)
	ctl := b.start(stack.Cmd{Path: program, As: "anna", Args: []string{"--socket", b.API.Socket, "login", "--pin-fd", "0"}})
	b.awaitClosed(ctl.proc.PID, "sithsctl")
	pam := b.pamAs("anna")
	b.awaitClosed(pam.pid, pam.role)
	closed += b.triesAll(asAnna, map[int]string{ctl.proc.PID: "sithsctl", pam.pid: pam.role})
	d := openDesk(t, c, stack.Screen{})
	window := d.window("about")
	d.withTray()
	desktop := map[int]string{window.pid: window.role, d.tray.pid: d.tray.role}
	closed += d.triesAll(asAnna, desktop)
	processes := len(mine) + len(children) + 2 + len(desktop)
	if len(mine) != 3 || len(children) != 3 || closed != processes*doors {
		t.Errorf("%d of %d tries were refused", closed, processes*doors)
	}
	soak.Report(t, soak.Row{ID: "5.4", Name: "the same user tries ptrace and six files of /proc on service, courier, tickets' child, card child, sithsctl, PAM helper, tray and window; core files; swap",
		Asked: "all refused; core files off; nothing swapped", Found: fmt.Sprintf("%d of %d refused, 0 bytes of core file allowed, 0 kB swapped", closed, processes*doors),
		Command: "make memscan"})
}

// awaitClosed waits until a program has begun to run and closed itself, which is the first thing that it does.
func (b *bench) awaitClosed(pid int, role string) {
	b.t.Helper()
	b.AwaitThat(role+" to be closed", func() bool {
		limit, err := CoreLimit(pid)
		return comm(pid) == role && err == nil && limit == noCore
	})
}

// awaitHelpers adds the children that the service has beside those of cards before anybody logs in.
func (b *bench) awaitHelpers(to map[int]string) {
	b.t.Helper()
	for _, role := range helpers() {
		to[b.awaitStarted(role)] = role
	}
}

// awaitStarted waits until the service has started a program that has begun to run and closed itself, and returns its process.
func (b *bench) awaitStarted(program string) (pid int) {
	b.t.Helper()
	b.AwaitThat(program+" to be closed", func() bool {
		all := b.Started(program)
		if len(all) != 1 {
			return false
		}
		pid = all[0]
		limit, err := CoreLimit(pid)
		return err == nil && limit == noCore
	})
	return pid
}

// childrenIn leaves the card's child of our processes.
func childrenIn(ours map[int]string) map[int]string {
	for pid, role := range ours {
		if role != "siths-cardhost" {
			delete(ours, pid)
		}
	}
	return ours
}

// asAnna runs a program as anna, asNobody as the user of the card's child where the package is not installed.
func asAnna(path string, args ...string) stack.Cmd {
	return stack.Cmd{Path: path, As: "anna", Args: args}
}

func asNobody(path string, args ...string) stack.Cmd {
	return stack.Cmd{Path: "setpriv", Args: append([]string{"--reuid=65534", "--regid=65534", "--clear-groups", path}, args...)}
}

// triesAll lets a user pry into processes of the same user and counts how often that was refused. It fails where the
// user does not get into a process like any other, or into one of ours.
func (b *bench) triesAll(as func(string, ...string) stack.Cmd, ours map[int]string) (closed int) {
	b.t.Helper()
	tool := b.OwnProgram("pry")
	idle := b.start(as("cat"))
	b.AwaitThat("cat to run", func() bool { return comm(idle.proc.PID) == "cat" })
	if told := b.pries(as, tool, idle.proc.PID); strings.Count(told, "<nil>") != doors {
		b.t.Errorf("nobody gets into a cat either, so that nothing is proved: %s", told)
	}
	for pid, role := range ours {
		told := b.pries(as, tool, pid)
		if strings.Contains(told, "<nil>") {
			b.t.Errorf("its user gets into %s: %s", role, told)
		}
		closed += strings.Count(told, "not permitted") + strings.Count(told, "permission denied")
		b.closed(pid, role)
	}
	return closed
}

// doors is how many ways in pry tries.
const doors = 7

// pries is what somebody hears who tries to look into a process.
func (b *bench) pries(as func(string, ...string) stack.Cmd, tool string, pid int) string {
	b.t.Helper()
	c := as(tool, strconv.Itoa(pid))
	c.Env = []string{roleVar + "=pry"}
	r := b.Run(c)
	if r.Code != 0 {
		b.t.Fatalf("prying ended with %d: %s", r.Code, r.Stderr)
	}
	return r.Stdout
}
