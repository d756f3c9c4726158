package linux

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/courier"
	"siths-agent/agent/safesocket"
)

func TestTheServiceFindsTheCourierWhereItsUnitsPutIt(t *testing.T) {
	const path = "/run/siths-courier.sock"
	socket, service, agentd := unit(t, courierSocket), unit(t, courierFile), unit(t, unitFile)
	if got := socket["ListenStream"]; !slices.Equal(got, []string{path}) || !slices.Contains(agentd["Environment"], courierVariable+"="+path) {
		t.Errorf("it listens on %q, and is asked at %q", got, agentd["Environment"])
	}
	for key, want := range map[string]string{"SocketMode": "0600", "SocketUser": "root", "SocketGroup": "root"} {
		if got := socket[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for key, want := range map[string]string{
		"User": "siths-courier", "ExecStart": "/usr/libexec/siths-agent/siths-courier", "CapabilityBoundingSet": "",
		"NoNewPrivileges": "yes", "StartLimitIntervalSec": "0",
	} {
		if got := service[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q", key, got)
		}
	}
	for _, key := range []string{"Wants", "After"} {
		if !strings.Contains(strings.Join(agentd[key], " "), courierSocket) {
			t.Errorf("the service's %s is %q", key, agentd[key])
		}
	}
}

// underItsUnit starts a child with a socket with what its unit leaves to it: a user without rights, the unit's capabilities, the
// filter of system calls.
func underItsUnit(t *testing.T, program, file string) (socket string, pid int) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "child.sock")
	l, err := safesocket.ListenPrivate(socket)
	if err != nil {
		t.Fatal(err)
	}
	listening, err := l.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = listening.Close(), l.Close() })
	return socket, startUnderItsUnit(t, program, file, listening)
}

// startUnderItsUnit starts a program that is given a socket.
func startUnderItsUnit(t *testing.T, program, file string, socket *os.File) (pid int) {
	t.Helper()
	files := []*os.File{socket}
	for _, path := range []string{"/proc/self/exe", filepath.Join(builtPrograms(t), program)} {
		f, err := os.Open(path) // its user cannot reach them by path
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		files = append(files, f)
	}
	rights := strings.Join(append([]string{"-all"}, capabilities(t, file)...), ",")
	cmd := exec.CommandContext(t.Context(), "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set="+rights,
		"--inh-caps="+rights, "--ambient-caps="+rights, "--no-new-privs", "--", "/proc/self/fd/4", "/proc/self/fd/5")
	cmd.ExtraFiles, cmd.Dir, cmd.Stderr = files, "/", t.Output()
	cmd.Env = []string{callsVariable + "=" + allowed(t, file)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd.Process.Pid
}

func TestTheCourierWorksUnderItsUnitsRestrictions(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "an answer") }))
	defer s.Close()
	socket, pid := underItsUnit(t, "siths-courier", courierFile)
	c := courier.Client{Socket: socket}
	a, err := c.Ask(t.Context(), courier.Question{Fetch: &courier.Fetch{URL: s.URL, Limit: 100}, Timeout: waitLimit})
	if err != nil || string(a.Body) != "an answer" {
		t.Errorf("%q, %v", a.Body, err)
	}
	_, err = c.Ask(t.Context(), courier.Question{Fetch: &courier.Fetch{URL: "http://a-name-that-is.invalid/", Limit: 100}, Timeout: waitLimit})
	if err == nil || !strings.HasPrefix(err.Error(), string(courier.Unreachable)) {
		t.Errorf("a name that is none comes to %v", err)
	}
	if got := status(t, statusFile(pid)); got["Seccomp"] != "2" || got["CapBnd"] != "0000000000000000" || got["Name"] != "siths-courier" {
		t.Errorf("%s has the filter %s and may have the capabilities %s", got["Name"], got["Seccomp"], got["CapBnd"])
	}
}
