package linux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/testpki"
)

// callsVariable holds the address families and the system calls that a unit allows, as numbers. With it set, this test program is no test:
// it puts the filter on and becomes the program that its arguments name.
const callsVariable = "SITHS_TEST_CALLS"

// What else that program is told.
const (
	courierVariable = "SITHS_COURIER_SOCKET"
	ticketVariable  = "SITHS_TICKET_SOCKET"
	severVariable   = "SITHS_SEVER_SOCKET"
)

func TestMain(m *testing.M) {
	calls := os.Getenv(callsVariable)
	if calls == "" {
		os.Exit(m.Run())
	}
	err := becomeFiltered(calls, os.Args[1:])
	fmt.Fprintln(os.Stderr, "filter:", err)
	os.Exit(1)
}

func becomeFiltered(allowed string, args []string) error {
	families, calls, _ := strings.Cut(allowed, ";")
	if err := installFilter(numbers(families), numbers(calls)); err != nil {
		return err
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return !slices.Contains([]string{courierVariable, ticketVariable, severVariable}, name)
	})
	return unix.Exec(args[0], args, append(env, "PATH=/usr/sbin:/usr/bin:/sbin:/bin"))
}

// sandbox does with the kernel's own means what systemd does for the unit: the namespaces, a read-only system with
// two writable folders, a /proc of the own processes, the capabilities, no new privileges. The filter comes last.
const sandbox = `#!/bin/sh
exec unshare --mount --net --ipc --propagation private -- /bin/sh -euc '
	for folder in "%[1]s" "%[1]s/state" "%[1]s/run"; do mount --bind "$folder" "$folder"; done
	mount -o remount,bind,ro "%[1]s"
	mount -o remount,bind,ro /
	mount -t proc -o hidepid=invisible,subset=pid proc /proc
	umask 0077
	cd /
	export %[7]s %[5]s="%[4]s"
	exec setpriv --bounding-set="-all,%[2]s" --inh-caps=-all --ambient-caps=-all --no-new-privs -- "%[3]s" "$@"
' agentd "%[6]s" "$@"
`

// sandboxed makes a lab whose service runs under the unit's restrictions, with more variables where a test has them.
func sandboxed(t *testing.T, more ...string) *stacktest.Lab {
	t.Helper()
	built, wrapped := builtPrograms(t), t.TempDir()
	lab := stacktest.New(t, stack.Options{Bin: wrapped})
	for _, part := range []string{"siths-vcard", "lab"} {
		if err := os.Symlink(filepath.Join(built, part), filepath.Join(wrapped, part)); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(sandbox, lab.Path("agent-1"), strings.Join(capabilities(t, unitFile), ","), self, allowed(t, unitFile), callsVariable,
		filepath.Join(built, "siths-agentd"), strings.Join(append([]string{variables(t)}, more...), " "))
	if err := stack.WriteProgram(filepath.Join(wrapped, "siths-agentd"), []byte(script)); err != nil {
		t.Fatal(err)
	}
	return lab
}

// builtPrograms is where "make build" has put the programs.
func builtPrograms(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SITHS_BIN")
	if dir == "" {
		dir = absolute(t, "../../bin")
	}
	if _, err := os.Stat(filepath.Join(dir, "siths-agentd")); err != nil {
		t.Fatalf("run make build first: %v", err)
	}
	return dir
}

// capabilities are those of a unit as setpriv(1) writes them.
func capabilities(t *testing.T, file string) (names []string) {
	t.Helper()
	for _, name := range strings.Fields(strings.Join(unit(t, file)["CapabilityBoundingSet"], " ")) {
		names = append(names, "+"+strings.ToLower(strings.TrimPrefix(name, "CAP_")))
	}
	return names
}

// variables are those of the unit that are the same everywhere.
func variables(t *testing.T) string {
	t.Helper()
	return strings.Join(slices.DeleteFunc(unit(t, unitFile)["Environment"], func(v string) bool { return strings.Contains(v, "%") }), " ")
}

// status reads the fields of a process' status file in /proc (proc(5)).
func status(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return fields(string(text))
}

func fields(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		found[key] = strings.TrimSpace(value)
	}
	return found
}

// statusFile is where the kernel tells of a process.
func statusFile(pid int) string { return fmt.Sprintf("/proc/%d/status", pid) }

// childOf finds the one process that the service has started, by its status file.
func childOf(t *testing.T, parent int) string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		t.Fatal(err)
	}
	var children []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && fields(string(text))["PPid"] == strconv.Itoa(parent) { // others end while we look
			children = append(children, file)
		}
	}
	if len(children) != 1 {
		t.Fatalf("the children of %d are %q", parent, children)
	}
	return children[0]
}

// waitLimit is how long a state may take to be reached.
const waitLimit = 20 * time.Second

// await waits for a snapshot and returns it.
func await(t *testing.T, c *client.Client, what string, yes func(apitype.Snapshot) bool) apitype.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	var last apitype.Snapshot
	errFound := errors.New("found")
	err := c.Watch(ctx, func(s apitype.Snapshot) error {
		if last = s; yes(s) {
			return errFound
		}
		return nil
	})
	if !errors.Is(err, errFound) {
		t.Fatalf("waiting for %s: %v; the last snapshot was %+v", what, err, last)
	}
	return last
}

func TestTheMainJobWorksUnderTheUnitsRestrictions(t *testing.T) {
	t.Parallel()
	lab := sandboxed(t)
	pki, options := trainingCard(t)
	lab.PCSCD()
	bus := lab.Bus()
	session := lab.Session(lab.Logind(bus), "anna")
	card := lab.Card(pki, stack.CardOptions{})
	agent := lab.Agent(options)
	c := &client.Client{Socket: agent.Socket()}
	waiting := await(t, c, "waiting for the PIN", func(s apitype.Snapshot) bool { return s.Phase == apitype.NeedPIN })
	if waiting.Holder == nil || waiting.Holder.Account != "anna" {
		t.Fatalf("holder %+v", waiting.Holder)
	}
	checkConfined(t, statusFile(agent.PID()), childOf(t, agent.PID()))
	checkDoor(t, filepath.Join(filepath.Dir(agent.Socket()), "p11"), session.Person.UID)
	unlock(t, c, "anna")
	if err := c.SessionOpened(t.Context(), apitype.SessionOpened{Account: "anna", Session: session.ID}); err != nil {
		t.Fatal(err)
	}
	locked := lockSignals(t, bus)
	if err := card.Remove(); err != nil {
		t.Fatal(err)
	}
	await(t, c, "locked", func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NoCard && s.Session != nil && s.Session.State == "locked"
	})
	select {
	case <-locked:
	case <-time.After(waitLimit):
		state, err := session.Property("State")
		t.Errorf("logind was not told to lock anna's session, which is %v, %v; the service says:\n%s", state, err, agent.Log())
	}
	if rows, err := os.ReadFile(filepath.Join(agent.State(), "audit.jsonl")); err != nil || !strings.Contains(string(rows), "unlock.granted") {
		t.Errorf("the unlock left no row: %v\n%s", err, rows)
	}
}

// lockSignals is closed when logind tells a session's locker to lock. The lab has one session.
func lockSignals(t *testing.T, bus *stack.Bus) <-chan struct{} {
	t.Helper()
	conn, err := bus.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	const face, member = "org.freedesktop.login1.Session", "Lock"
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(face), dbus.WithMatchMember(member)); err != nil {
		t.Fatal(err)
	}
	signals, locked := make(chan *dbus.Signal, 8), make(chan struct{})
	conn.Signal(signals)
	go func() {
		for s := range signals { // closed with the connection
			if s.Name == face+"."+member {
				close(locked)
				return
			}
		}
	}()
	return locked
}

// trainingCard writes a fresh card, and says what a service must know to accept it as anna's.
func trainingCard(t *testing.T) (dir string, o stack.AgentOptions) {
	t.Helper()
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return cardOf(t, pki, testpki.Person{})
}

func cardOf(t *testing.T, pki *testpki.PKI, person testpki.Person) (dir string, o stack.AgentOptions) {
	t.Helper()
	card, err := pki.IssueCard(person)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	trust := filepath.Join(dir, "trust")
	if err := errors.Join(card.Write(dir), pki.WriteTrust(trust)); err != nil {
		t.Fatal(err)
	}
	o.Anchors, o.Accounts, o.Policy = []string{trust}, map[string]string{card.Person.HSAID: "anna"}, pki.PolicyTOML()
	return dir, o
}

func unlock(t *testing.T, c *client.Client, account string) {
	t.Helper()
	offer, err := c.UnlockBegin(t.Context(), apitype.UnlockRequest{Account: account, Service: "unit-test"})
	if err != nil {
		t.Fatal(err)
	}
	result, err := c.PIN(t.Context(), apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock}, []byte("123456"))
	if err != nil || !result.OK {
		t.Fatalf("the PIN: %+v, %v", result, err)
	}
	if answer, err := c.UnlockFinish(t.Context(), offer.Unlock); err != nil || answer.Account != account {
		t.Fatalf("the answer: %+v, %v", answer, err)
	}
}

// checkDoor makes sure that one user, and nobody else, gets to the virtual card.
func checkDoor(t *testing.T, dir string, uid uint32) {
	t.Helper()
	var st unix.Stat_t
	err := unix.Stat(filepath.Join(dir, fmt.Sprint(uid, ".sock")), &st)
	if err != nil || st.Uid != uid || st.Mode&0o777 != 0o600 {
		t.Errorf("the socket is uid %d's with mode %o: %v", st.Uid, st.Mode, err)
	}
	if err := unix.Stat(dir, &st); err != nil || st.Mode&0o777 != 0o755 {
		t.Errorf("its folder has mode %o: %v", st.Mode, err)
	}
}

// checkConfined makes sure that the test tests what it says: the restrictions are on, and the child has less still.
func checkConfined(t *testing.T, service, child string) {
	t.Helper()
	const rights = 1<<unix.CAP_SETGID | 1<<unix.CAP_SETUID | 1<<unix.CAP_KILL | 1<<unix.CAP_CHOWN
	for name, want := range map[string]struct {
		file string
		caps uint64
	}{"the service": {service, rights}, "the child": {child, 0}} {
		got := status(t, want.file)
		if caps, err := strconv.ParseUint(got["CapEff"], 16, 64); err != nil || caps != want.caps {
			t.Errorf("%s has the capabilities %s", name, got["CapEff"])
		}
		if got["NoNewPrivs"] != "1" || got["Seccomp"] != "2" {
			t.Errorf("%s: no_new_privs %s, seccomp %s", name, got["NoNewPrivs"], got["Seccomp"])
		}
	}
	if uids := strings.Fields(status(t, child)["Uid"]); slices.Contains(uids, "0") {
		t.Errorf("the child's uids are %v", uids)
	}
	outside, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	if inside, err := os.Readlink(filepath.Join(filepath.Dir(child), "ns/net")); err != nil || inside == outside {
		t.Errorf("the child's network is %s: %v", inside, err)
	}
}

func TestTheFilterRefusesWhatTheUnitForbids(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	calls := allowed(t, unitFile)
	for name, line := range map[string][]string{
		"a socket that is not local": {"/sbin/ip", "-brief", "link"},
		"a namespace":                {"/usr/bin/unshare", "--net", "/bin/true"},
		"another root folder":        {"/usr/sbin/chroot", "/", "/bin/true"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, line[0], line[1:]...) // it works where nothing forbids it
			cmd := exec.CommandContext(t.Context(), self, line...)
			cmd.Env = []string{callsVariable + "=" + calls}
			if out, err := cmd.CombinedOutput(); err == nil {
				t.Errorf("%s is allowed: %s", name, out)
			}
		})
	}
}
