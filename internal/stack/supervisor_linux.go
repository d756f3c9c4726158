package stack

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Supervisor keeps a service running as systemd does, by what its unit says: it listens to what the service tells over
// NOTIFY_SOCKET (sd_notify(3)), ends one that is silent for longer than WatchdogSec, and starts one that has ended again
// after RestartSec.
type Supervisor struct {
	agent  *Agent
	unit   unitTimes
	socket *net.UnixConn
	words  chan string
	starts chan int
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

// unitTimes are the directives that a Supervisor obeys (systemd.service(5)).
type unitTimes struct {
	watchdog, restart time.Duration
}

// readUnit finds the directives in a unit's text. The signal and the restart are checked, not obeyed: a unit that says
// otherwise is not what this supervisor plays.
func readUnit(text string) (unitTimes, error) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[key] = value
		}
	}
	var u unitTimes
	for key, want := range map[string]string{"Type": "notify", "Restart": "always", "WatchdogSignal": "SIGKILL", "StartLimitIntervalSec": "0"} {
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
	return u, nil
}

// Supervise begins to look after a service that does not run, by its unit file, until ctx ends or Close.
func (a *Agent) Supervise(ctx context.Context, unit string) (*Supervisor, error) {
	text, err := os.ReadFile(unit)
	if err != nil {
		return nil, err
	}
	times, err := readUnit(string(text))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(a.dir, "notify.sock")
	if err := removeIfThere(path); err != nil { // of an earlier supervisor
		return nil, err
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	a.options.Env = append(slices.Clip(a.options.Env), "NOTIFY_SOCKET="+path, "WATCHDOG_USEC="+strconv.FormatInt(times.watchdog.Microseconds(), 10))
	ctx, cancel := context.WithCancel(ctx)
	s := &Supervisor{agent: a, unit: times, socket: conn, words: make(chan string), starts: make(chan int, 1), cancel: cancel}
	s.ended.Go(func() { s.listen(ctx) })
	s.ended.Go(func() { s.run(ctx) })
	return s, nil
}

// Starts gives the process number of the service each time that it says that it is ready. The next start waits until
// the last has been taken.
func (s *Supervisor) Starts() <-chan int { return s.starts }

// Close ends looking after the service, which runs on.
func (s *Supervisor) Close() {
	s.cancel()
	_ = s.socket.Close() // what listen waits for
	s.ended.Wait()
}

// listen passes on what the service says, a word a line.
func (s *Supervisor) listen(ctx context.Context) {
	buf := make([]byte, 4096)
	for {
		n, err := s.socket.Read(buf)
		if err != nil {
			return
		}
		for _, word := range strings.Fields(string(buf[:n])) {
			select {
			case s.words <- word:
			case <-ctx.Done():
				return
			}
		}
	}
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
		case word := <-s.words:
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
