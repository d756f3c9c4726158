package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/client"
	"siths-agent/internal/stall"
	"siths-agent/internal/testpki"
)

// TestMain is the service itself where a test has started it as that.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "siths-agentd" {
		os.Exit(command(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// hierarchy is what the services here trust.
var hierarchy = sync.OnceValues(func() (*testpki.PKI, error) { return testpki.New(testpki.Options{}) })

// goodPolicy trusts that hierarchy and knows nobody.
func (i *installation) goodPolicy() string {
	return fmt.Sprintf(`[trust]
environment = "test"
anchors = [%q]
[revocation]
mode = "off"
[identity]
sources = ["accounts"]
`, filepath.Join(i.etc, "trust"))
}

// installation is a folder with the service, a child, a policy, and room for what it writes.
type installation struct {
	t                   *testing.T
	bin, etc, state, rn string
}

func install(t *testing.T) *installation {
	t.Helper()
	dir := t.TempDir()
	i := &installation{t: t, bin: filepath.Join(dir, "bin"), etc: filepath.Join(dir, "etc"), state: filepath.Join(dir, "state"), rn: filepath.Join(dir, "run")}
	for _, d := range []string{i.bin, i.etc} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	pki, err := hierarchy()
	if err == nil {
		err = pki.WriteTrust(filepath.Join(i.etc, "trust"))
	}
	if err != nil {
		t.Fatal(err)
	}
	copySelf(t, filepath.Join(i.bin, "siths-agentd"))
	i.write("../bin/siths-cardhost", "")
	i.write("agent.toml", i.goodPolicy())
	i.write("accounts.toml", "[accounts]\n")
	return i
}

func copySelf(t *testing.T, to string) {
	t.Helper()
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(out, from)
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (i *installation) write(name, text string) {
	i.t.Helper()
	if err := os.WriteFile(filepath.Join(i.etc, name), []byte(text), 0o644); err != nil {
		i.t.Fatal(err)
	}
}

// command is the service with these arguments, where there is neither a PC/SC service nor a login manager.
func (i *installation) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(i.bin, "siths-agentd"), args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "PCSCLITE_CSOCK_NAME=" + filepath.Join(i.rn, "no-pcscd"),
		"DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + filepath.Join(i.rn, "no-bus")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (i *installation) args() []string {
	return []string{"run", "--config", filepath.Join(i.etc, "agent.toml"), "--state", i.state, "--run", i.rn}
}

// fails runs the service and wants it to end with this code and to say all of these words.
func (i *installation) fails(code int, args []string, words ...string) {
	i.t.Helper()
	out, err := i.command(args...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		i.t.Errorf("it ended with %v, not %d: %s", err, code, out)
	}
	for _, word := range words {
		if !strings.Contains(string(out), word) {
			i.t.Errorf("it does not say %q but %s", word, out)
		}
	}
}

func TestTheCommandLine(t *testing.T) {
	for _, args := range [][]string{nil, {"help"}, {"run", "extra"}, {"run", "--nonsense"}, {"run", "--log-level", "loud"}, {"version", "x"}} {
		var stdout, stderr bytes.Buffer
		if code := command(args, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), "usage: siths-agentd run") || stdout.Len() > 0 {
			t.Errorf("%q came to %d, %q", args, code, &stderr)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := command([]string{"version"}, &stdout, &stderr); code != 0 || strings.TrimSpace(stdout.String()) == "" {
		t.Errorf("version: %d, %q", code, &stdout)
	}
	o, err := parse(nil, &stderr)
	if err != nil || o.state != "/var/lib/siths-agent" || o.run != "/run/siths-agent" || o.config != "" {
		t.Errorf("the defaults are %+v, %v", o, err)
	}
}

func TestWhatKeepsItFromStartingIsNamed(t *testing.T) {
	t.Run("a policy with an unknown key", func(t *testing.T) {
		i := install(t)
		i.write("agent.toml", i.goodPolicy()+"[session]\non_removel = \"lock\"\n")
		i.fails(exitFailed, i.args(), "agent.toml:9", "session.on_removel")
	})
	t.Run("a policy that is not there", func(t *testing.T) {
		i := install(t)
		i.fails(exitFailed, []string{"run", "--config", "/nonexistent/agent.toml", "--state", i.state, "--run", i.rn}, "/nonexistent/agent.toml")
	})
	t.Run("no program for the cards", func(t *testing.T) {
		i := install(t)
		if err := os.Remove(filepath.Join(i.bin, "siths-cardhost")); err != nil {
			t.Fatal(err)
		}
		i.fails(exitFailed, i.args(), "siths-cardhost", i.bin)
	})
	t.Run("a state folder that is none", func(t *testing.T) {
		i := install(t)
		i.state = filepath.Join(i.etc, "agent.toml")
		i.fails(exitFailed, i.args(), "audit log", i.state)
	})
	t.Run("a run folder that anybody can write to", func(t *testing.T) {
		i := install(t)
		if err := errors.Join(os.Mkdir(i.rn, 0o755), os.Chmod(i.rn, 0o777)); err != nil {
			t.Fatal(err)
		}
		i.fails(exitFailed, i.args(), "listening", i.rn)
	})
}

// running is a service that runs.
type running struct {
	*exec.Cmd
	ended chan error
	api   client.Client
}

// start starts the service and waits until its socket answers, or it has ended. It does not outlive the test.
func (i *installation) start() *running {
	i.t.Helper()
	s := &running{Cmd: i.command(i.args()...), ended: make(chan error, 1), api: client.Client{Socket: filepath.Join(i.rn, socketName)}}
	log, err := s.StderrPipe()
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		i.t.Fatal(err)
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			_, _ = fmt.Fprintln(i.t.Output(), lines.Text())
		}
		s.ended <- s.Wait()
	}()
	i.t.Cleanup(func() { _ = s.Process.Kill(); <-told })
	i.awaitSocket(s)
	return s
}

// awaitSocket waits for the socket to appear.
func (i *installation) awaitSocket(s *running) {
	i.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if _, err := s.api.Health(context.Background()); err == nil {
				return
			}
		case err := <-s.ended:
			i.t.Fatalf("it ended with %v", err)
		}
	}
}

// await watches until a snapshot fits.
func (s *running) await(t *testing.T, what string, fits func(apitype.Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	found := errors.New("found")
	if err := s.api.Watch(ctx, func(snap apitype.Snapshot) error {
		if fits(snap) {
			return found
		}
		return nil
	}); !errors.Is(err, found) {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

func has(code apitype.Code) func(apitype.Snapshot) bool {
	return func(s apitype.Snapshot) bool {
		for _, p := range s.Problems {
			if p.Code == code {
				return true
			}
		}
		return false
	}
}

func TestItRunsWithoutReadersReloadsAndStops(t *testing.T) {
	i := install(t)
	s := i.start()
	s.await(t, "the missing PC/SC service", func(snap apitype.Snapshot) bool {
		return snap.Phase == apitype.NoReader && has(apitype.ReaderServiceDown)(snap) && snap.Agent.PID == s.Process.Pid
	})
	second := *i
	second.state += "-2"
	second.fails(exitFailed, second.args(), "another agent answers", socketName)

	i.write("agent.toml", "[session]\nmode = \"none\"\n")
	s.signal(t, syscall.SIGHUP)
	s.await(t, "the bad policy", has(apitype.ConfigInvalid))
	i.write("agent.toml", i.goodPolicy())
	s.signal(t, syscall.SIGHUP)
	s.await(t, "the good policy", func(snap apitype.Snapshot) bool { return !has(apitype.ConfigInvalid)(snap) })

	clock := stall.Begin()
	s.signal(t, syscall.SIGTERM)
	if err := <-s.ended; err != nil || clock.Took() > 2*time.Second {
		t.Errorf("after %v it ended with %v", clock.Took(), err)
	}
	if _, err := os.Lstat(s.api.Socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its socket is left: %v", err)
	}
	i.wantRows(audit.AgentStart, audit.PolicyRefused, audit.PolicyReloaded, audit.AgentStop)
}

func TestItComesBackAfterACrash(t *testing.T) {
	i := install(t)
	s := i.start()
	i.awaitRow(s, audit.AgentStart) // nobody is answered for this row, so a service may be killed before it is there
	s.signal(t, syscall.SIGKILL)
	if err := <-s.ended; err == nil {
		t.Error("it ended well")
	}
	s = i.start()
	s.signal(t, syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	i.wantRows(audit.AgentStart, audit.AgentStart, audit.AgentStop)
}

// awaitRow waits until the audit log has a row of the event.
func (i *installation) awaitRow(s *running, event audit.Event) {
	i.t.Helper()
	i.awaitRows(s, event, 1)
}

// awaitRows waits until the audit log has so many rows of the event.
func (i *installation) awaitRows(s *running, event audit.Event, n int) {
	i.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if log, err := os.ReadFile(filepath.Join(i.state, audit.FileName)); err == nil && bytes.Count(log, []byte(string(event)+"\"")) >= n && bytes.HasSuffix(log, []byte("\n")) {
				return
			}
		case err := <-s.ended:
			i.t.Fatalf("it ended with %v", err)
		}
	}
}

func (s *running) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := s.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// entries are those of the audit log.
func (i *installation) entries() []audit.Entry {
	i.t.Helper()
	f, err := os.Open(filepath.Join(i.state, audit.FileName))
	if err != nil {
		i.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var rows []audit.Entry
	for e, err := range audit.Entries(f) {
		if err != nil {
			i.t.Fatal(err)
		}
		rows = append(rows, e)
	}
	return rows
}

// wantRows wants the audit log to tell exactly this.
func (i *installation) wantRows(want ...audit.Event) {
	i.t.Helper()
	var got []audit.Event
	for _, e := range i.entries() {
		got = append(got, e.Event)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		i.t.Errorf("the rows are %v, not %v", got, want)
	}
}
