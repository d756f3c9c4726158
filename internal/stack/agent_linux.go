package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"siths-agent/internal/fdstore"
)

// AgentOptions are the choices of a service under test. The zero value trusts nothing and knows nobody.
type AgentOptions struct {
	// Modules are the PKCS#11 modules; nil means OpenSC's.
	Modules []string
	// Anchors are folders or files of trusted certificates.
	Anchors []string
	// Accounts maps an HSA-id to a login name.
	Accounts map[string]string
	// OnRemoval is what happens when the card leaves: "lock", "logout" or "none"; empty means lock.
	OnRemoval string
	// Policy is a drop-in file that wins over what is written from the fields above; empty means none.
	Policy string
	// Systems are files of systems.d, by their names.
	Systems map[string]string
	// Env adds to the service's environment.
	Env []string
	// As is the person it runs as; empty means root.
	As string
}

// Agent is a running service with folders of its own.
type Agent struct {
	lab     *Lab
	ctx     context.Context
	options AgentOptions
	dir     string
	store   *fdstore.Manager // nil: nobody keeps descriptors for it

	mu   sync.Mutex // a Supervisor starts it anew beside the test
	proc *Proc
}

// agentPolicy is the file that most tests want: environment "test" and revocation off, which that environment allows.
const agentPolicy = `[card]
modules = %s

[trust]
environment = "test"
anchors = %s

[revocation]
mode = "off"

[identity]
sources = ["accounts"]

[session]
on_removal = %q
`

// Agent starts the service with a configuration written from the options, and returns when its socket answers. It
// runs until ctx ends.
func (l *Lab) Agent(ctx context.Context, o AgentOptions) (*Agent, error) {
	l.mu.Lock()
	l.agents++
	dir := l.Path("agent-" + strconv.Itoa(l.agents))
	l.mu.Unlock()
	a := &Agent{lab: l, ctx: ctx, options: o, dir: dir}
	if err := a.writeConfig(); err != nil {
		return nil, fmt.Errorf("writing the service's configuration: %w", err)
	}
	return a, a.Start()
}

// writeConfig lays out the service's folders.
func (a *Agent) writeConfig() error {
	for _, dir := range []string{"etc/agent.toml.d", "etc/systems.d", "run"} {
		if err := os.MkdirAll(filepath.Join(a.dir, dir), 0o755); err != nil {
			return err
		}
	}
	// Last, because the parents that MkdirAll makes get the same mode, and everybody has to reach the socket.
	if err := os.MkdirAll(a.State(), 0o700); err != nil {
		return err
	}
	o := a.options
	if o.Modules == nil {
		o.Modules = []string{"opensc-pkcs11.so"}
	}
	if o.OnRemoval == "" {
		o.OnRemoval = "lock"
	}
	files := map[string]string{
		"agent.toml":    fmt.Sprintf(agentPolicy, tomlList(o.Modules), tomlList(o.Anchors), o.OnRemoval),
		"accounts.toml": tomlAccounts(o.Accounts),
	}
	if o.Policy != "" {
		files["agent.toml.d/50-test.toml"] = o.Policy
	}
	for name, text := range o.Systems {
		files[filepath.Join("systems.d", name)] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(a.dir, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return a.giveFolders()
}

// giveFolders lets the person the service runs as write where it has to.
func (a *Agent) giveFolders() error {
	if a.options.As == "" {
		return nil
	}
	p, err := a.lab.Person(a.options.As)
	if err != nil {
		return err
	}
	for _, dir := range []string{"state", "run"} {
		if err := os.Chown(filepath.Join(a.dir, dir), int(p.UID), int(p.UID)); err != nil {
			return err
		}
	}
	return nil
}

// Start starts the service again after Stop or Kill, with the same folders.
func (a *Agent) Start() error {
	program, err := a.lab.Program("siths-agentd")
	if err != nil {
		return err
	}
	c := Cmd{
		Path: program, As: a.options.As, Env: a.options.Env,
		Args: []string{"run", "--config", a.Config(), "--state", a.State(), "--run", filepath.Join(a.dir, "run"), "--log-level", "debug"},
	}
	if err := a.begin(c); err != nil {
		return err
	}
	return a.running().awaitReady(a.ctx, func() bool { return canDial(a.Socket()) })
}

// begin starts the service's process, with what is kept for it.
func (a *Agent) begin(c Cmd) (err error) {
	if a.store == nil {
		_, err = a.run(c)
		return err
	}
	c.Files = a.store.Kept()
	defer func() {
		for _, f := range c.Files {
			err = errors.Join(err, f.Close())
		}
	}()
	c.Env = append(slices.Clip(c.Env), a.store.Env(c.Files)...)
	// LISTEN_PID is the process's own number (sd_listen_fds(3)), which exec(2) does not change.
	c.Path, c.Args = "/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, c.Path}, c.Args...)
	return a.store.Start(func() (int, error) { return a.run(c) })
}

// run starts the process, and returns its number.
func (a *Agent) run(c Cmd) (int, error) {
	proc, err := a.lab.Start(a.ctx, c)
	if err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.proc = proc
	return proc.PID, nil
}

// running is the process that was started last.
func (a *Agent) running() *Proc {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.proc
}

// Stop ends the service by SIGTERM and waits.
func (a *Agent) Stop() error { return a.running().Stop() }

// Kill ends the service as a crash would, and returns when it is gone.
func (a *Agent) Kill() {
	proc := a.running()
	proc.Kill()
	<-proc.Done()
}

// Reload asks the service to read its policy again.
func (a *Agent) Reload() error { return a.running().Signal(syscall.SIGHUP) }

// PID is the process number of the running service.
func (a *Agent) PID() int { return a.running().PID }

// Done is closed when the running service has ended.
func (a *Agent) Done() <-chan struct{} { return a.running().Done() }

// Log is the end of what the running service has logged.
func (a *Agent) Log() string { return a.running().Stderr() }

// Socket is where the local API listens.
func (a *Agent) Socket() string { return filepath.Join(a.dir, "run", "agent.sock") }

// Config is the policy file, accounts.toml and agent.toml.d are beside it.
func (a *Agent) Config() string { return filepath.Join(a.dir, "etc", "agent.toml") }

// State is the folder of what the service remembers.
func (a *Agent) State() string { return filepath.Join(a.dir, "state") }

// tomlList writes a TOML array of strings; Go's quoting is TOML's for the paths and names used here.
func tomlList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = strconv.Quote(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// tomlAccounts writes accounts.toml.
func tomlAccounts(accounts map[string]string) string {
	lines := make([]string, 0, len(accounts))
	for id, name := range accounts {
		lines = append(lines, fmt.Sprintf("%q = %q\n", id, name))
	}
	slices.Sort(lines)
	return "[accounts]\n" + strings.Join(lines, "")
}
