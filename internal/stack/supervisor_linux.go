package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"siths-agent/internal/fdstore"
)

// Supervisor keeps a service running as systemd does, by what its unit says: it listens to what the service tells over
// NOTIFY_SOCKET (sd_notify(3)), ends one that is silent for longer than WatchdogSec, starts one that has ended again after
// RestartSec, and gives it the descriptors that the one before has left, as many as FileDescriptorStoreMax says.
type Supervisor struct {
	agent  *Agent
	unit   unitValues
	store  *fdstore.Manager
	starts chan int
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

// unitValues are the directives that a Supervisor obeys (systemd.service(5)).
type unitValues struct {
	watchdog, restart time.Duration
	store             int
}

// readUnit finds the directives in a unit's text. The signal and the restart are checked, not obeyed: a unit that says
// otherwise is not what this supervisor plays.
func readUnit(text string) (unitValues, error) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[key] = value
		}
	}
	var u unitValues
	for key, want := range map[string]string{"Type": "notify", "NotifyAccess": "main", "Restart": "always", "WatchdogSignal": "SIGKILL", "StartLimitIntervalSec": "0"} {
		if values[key] != want {
			return u, fmt.Errorf("the unit says %s=%s, not %s", key, values[key], want)
		}
	}
	for key, to := range map[string]*time.Duration{"WatchdogSec": &u.watchdog, "RestartSec": &u.restart} {
		d, err := time.ParseDuration(values[key])
		if err != nil {
			return u, fmt.Errorf("reading %s: %w", key, err)
		}
		*to = d
	}
	var err error
	if u.store, err = strconv.Atoi(values["FileDescriptorStoreMax"]); err != nil {
		return u, fmt.Errorf("reading FileDescriptorStoreMax: %w", err)
	}
	return u, nil
}

// Supervise begins to look after a service that does not run, by its unit file, until ctx ends or Close.
func (a *Agent) Supervise(ctx context.Context, unit string) (*Supervisor, error) {
	text, err := os.ReadFile(unit)
	if err != nil {
		return nil, err
	}
	values, err := readUnit(string(text))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(a.dir, "notify.sock")
	if err := removeIfThere(path); err != nil { // of an earlier supervisor
		return nil, err
	}
	if a.store, err = fdstore.Listen(path, values.store); err != nil {
		return nil, err
	}
	a.options.Env = append(slices.Clip(a.options.Env), "WATCHDOG_USEC="+strconv.FormatInt(values.watchdog.Microseconds(), 10))
	ctx, cancel := context.WithCancel(ctx)
	s := &Supervisor{agent: a, unit: values, store: a.store, starts: make(chan int, 1), cancel: cancel}
	s.ended.Go(func() { s.run(ctx) })
	return s, nil
}

// Starts gives the process number of the service each time that it says that it is ready. The next start waits until
// the last has been taken.
func (s *Supervisor) Starts() <-chan int { return s.starts }

// Close ends looking after the service, which runs on.
func (s *Supervisor) Close() {
	s.cancel()
	s.store.Close()
	s.ended.Wait()
}

// run starts the service, again and again.
func (s *Supervisor) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.agent.Start(); err == nil {
			s.watch(ctx)
		}
		select {
		case <-time.After(s.unit.restart):
		case <-ctx.Done():
		}
	}
}

// watch returns when the service has ended, by itself or because it was silent.
func (s *Supervisor) watch(ctx context.Context) {
	silence := time.NewTimer(startLimit)
	defer silence.Stop()
	for {
		select {
		case word := <-s.store.Words():
			s.heard(ctx, word, silence)
		case <-silence.C:
			_ = syscall.Kill(s.agent.PID(), syscall.SIGKILL) // one that has just ended is no error
		case <-s.agent.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

func (s *Supervisor) heard(ctx context.Context, word string, silence *time.Timer) {
	switch word {
	case "READY=1":
		silence.Reset(s.unit.watchdog)
		select {
		case s.starts <- s.agent.PID():
		case <-ctx.Done():
		}
	case "WATCHDOG=1":
		silence.Reset(s.unit.watchdog)
	case "STOPPING=1":
		silence.Reset(stopLimit)
	}
}
