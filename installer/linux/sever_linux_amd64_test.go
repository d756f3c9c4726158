package linux

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/client"
	"siths-agent/agent/sever"
	"siths-agent/internal/stack"
)

func TestTheServiceFindsWhoEndsConnectionsWhereItsUnitsPutIt(t *testing.T) {
	const path = "/run/siths-sever.sock"
	socket, service, agentd := unit(t, severSocket), unit(t, severFile), unit(t, unitFile)
	if got := socket["ListenStream"]; !slices.Equal(got, []string{path}) || !slices.Contains(agentd["Environment"], severVariable+"="+path) {
		t.Errorf("it listens on %q, and is asked at %q", got, agentd["Environment"])
	}
	for key, want := range map[string]string{"SocketMode": "0600", "SocketUser": "root", "SocketGroup": "root"} {
		if got := socket[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for key, want := range map[string]string{
		"User": sever.User, "ExecStart": "/usr/libexec/siths-agent/siths-sever", "CapabilityBoundingSet": "CAP_NET_ADMIN",
		"AmbientCapabilities": "CAP_NET_ADMIN", "RestrictAddressFamilies": "AF_UNIX AF_NETLINK", "IPAddressDeny": "any",
		"NoNewPrivileges": "yes", "StartLimitIntervalSec": "0", "NoExecPaths": "/",
	} {
		if got := service[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for _, key := range []string{"PrivateNetwork", "PrivateUsers"} { // where it could end nothing
		if got := service[key]; got != nil {
			t.Errorf("%s is %q", key, got)
		}
	}
	for _, key := range []string{"Wants", "After"} {
		if !strings.Contains(strings.Join(agentd[key], " "), severSocket) {
			t.Errorf("the service's %s is %q", key, agentd[key])
		}
	}
}

// TestConnectionsAreEndedUnderTheUnitsRestrictions is about a user who has no other connections on the machine.
func TestConnectionsAreEndedUnderTheUnitsRestrictions(t *testing.T) {
	t.Parallel()
	const uid = 61821
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	var conn net.Conn
	if failed := caller.AsUser(uid, uid, func() { conn, err = net.Dial("tcp", l.Addr().String()) }); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	defer func() { _ = conn.Close() }()
	socket, pid := underItsUnit(t, "siths-sever", severFile)
	c := sever.Client{Socket: socket}
	if n, err := c.Sever(t.Context(), uid, []uint32{inodeOf(t, conn)}); n != 1 || err != nil {
		t.Errorf("%d ended, %v", n, err)
	}
	_, err = conn.Read(make([]byte, 1))
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, syscall.ETIMEDOUT) {
		t.Errorf("the connection hears %v", err)
	}
	const netAdmin = "0000000000001000" // CAP_NET_ADMIN is 12 (linux/capability.h)
	if got := status(t, statusFile(pid)); got["Seccomp"] != "2" || got["CapBnd"] != netAdmin || got["CapEff"] != netAdmin || got["Name"] != "siths-sever" {
		t.Errorf("%s has the filter %s, the capabilities %s and may have %s", got["Name"], got["Seccomp"], got["CapEff"], got["CapBnd"])
	}
}

// inodeOf is the number of a connection's socket, which does not wait for ever from now on.
func inodeOf(t *testing.T, c net.Conn) uint32 {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		t.Fatal(err)
	}
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var st syscall.Stat_t
	if control := raw.Control(func(fd uintptr) { err = syscall.Fstat(int(fd), &st) }); control != nil || err != nil {
		t.Fatal(control, err)
	}
	return uint32(st.Ino)
}

// TestABrowserLosesItsConnectionsUnderTheUnitsRestrictions: service and siths-sever have what their units leave to them. The
// browser is a shell that runs from a file of that name.
func TestABrowserLosesItsConnectionsUnderTheUnitsRestrictions(t *testing.T) {
	t.Parallel()
	socket, _ := underItsUnit(t, "siths-sever", severFile)
	world := sandboxed(t, severVariable+"="+socket)
	program := world.Path("firefox")
	content, err := os.ReadFile("/bin/bash")
	if err == nil {
		err = stack.WriteProgram(program, content)
	}
	folder := world.Path("agent-1", "etc", "systems.d")
	text := "title = \"Journal\"\nkind = \"tls\"\n[caller]\nexe = [\"" + program + "\"]\n[tls]\norigins = [\"https://journal.example.se\"]\n"
	if err := errors.Join(err, os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, "journal.toml"), []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
	dir, options := trainingCard(t)
	world.PCSCD()
	session := world.Session(world.Logind(world.Bus()), "anna")
	card := world.Card(dir, stack.CardOptions{})
	agent := world.Agent(options)
	c := &client.Client{Socket: agent.Socket()}
	await(t, c, "waiting for the PIN", func(s apitype.Snapshot) bool { return s.Phase == apitype.NeedPIN })
	unlock(t, c, "anna")
	if err := c.SessionOpened(t.Context(), apitype.SessionOpened{Account: "anna", Session: session.ID}); err != nil {
		t.Fatal(err)
	}
	far := browsing(t, program, session.Person.UID)
	if err := card.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server hears %v; the service says:\n%s", err, agent.Log())
	}
}

// browsing starts a user's program, which keeps a connection for as long as it runs, and returns the server's end.
func browsing(t *testing.T, program string, uid uint32) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	cmd := exec.CommandContext(t.Context(), program, "-c", "exec 3<>/dev/tcp/127.0.0.1/"+port+"; read -r nothing")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = in.Close(), cmd.Wait() })
	far, err := l.Accept()
	if err == nil {
		err = far.SetDeadline(time.Now().Add(waitLimit))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = far.Close() })
	return far
}
