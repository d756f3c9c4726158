package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"siths-agent/internal/stack"
)

// idleTime is how long nothing is done with an unlocked card in the reader.
const idleTime = 31 * time.Second

// idle is what the service did in that time.
type idle struct {
	took        time.Duration
	apdus       int // but for the heartbeat's
	beats       int
	cpu         time.Duration // of the service and the child that holds the card
	agent, host float64       // resident memory, MB
}

var errNoChild = errors.New("the service has no siths-cardhost")

// measureIdle unlocks and waits.
func measureIdle(ctx context.Context, card *stack.Card, s *service, all *overhead) error {
	if _, err := s.unlockByAPI(ctx); err != nil {
		return err
	}
	if _, err := s.await(ctx, "the unlock", unlocked); err != nil {
		return err
	}
	child, err := childOf(s.PID(), "siths-cardhost")
	if err != nil {
		return err
	}
	before, err := look(card, s.PID(), child)
	if err != nil {
		return err
	}
	select {
	case <-time.After(idleTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	after, err := look(card, s.PID(), child)
	if err != nil {
		return err
	}
	all.idle, err = idleBetween(before, after, s.PID(), child)
	return err
}

// glance is what the counters said at a moment.
type glance struct {
	counters
	at  time.Time
	cpu time.Duration
}

func look(card *stack.Card, pids ...int) (glance, error) {
	c, err := count(card)
	if err != nil {
		return glance{}, err
	}
	g := glance{counters: c, at: time.Now()}
	for _, pid := range pids {
		used, err := cpuOf(pid)
		if err != nil {
			return g, err
		}
		g.cpu += used
	}
	return g, nil
}

func idleBetween(before, after glance, agent, child int) (idle, error) {
	i := idle{took: after.at.Sub(before.at), cpu: after.cpu - before.cpu, beats: after.PINStatus - before.PINStatus}
	i.apdus = after.APDU - before.APDU - i.beats
	var err error
	if i.agent, err = residentOf(agent); err != nil {
		return i, err
	}
	i.host, err = residentOf(child)
	return i, err
}

// figures draws the lines of the table.
func (i idle) figures() []figure {
	share := 100 * float64(i.cpu) / float64(i.took)
	return []figure{
		{Name: "idle and unlocked, beyond the heartbeat", Unit: apdus, Ours: number(i.apdus), Goal: atMost(0),
			Note: fmt.Sprintf("in %.0f s, with %d heartbeats of one APDU each", i.took.Seconds(), i.beats)},
		{Name: "idle CPU, service and cardhost", Unit: percent, Ours: number(share), Goal: atMost(0.1),
			Note: fmt.Sprintf("%.1f ms of one core in %.0f s, heartbeats included", millis(i.cpu), i.took.Seconds())},
		{Name: "memory, siths-agentd", Unit: megabytes, Ours: number(i.agent), Goal: atMost(30), Note: "resident, after all rounds above"},
		{Name: "memory, siths-cardhost", Unit: megabytes, Ours: number(i.host)},
	}
}

// childOf finds the child of that name (proc_pid_stat(5): pid, name in parentheses, state, parent).
func childOf(parent int, name string) (int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended since
		}
		var pid, ppid int
		var state string
		head, tail, _ := strings.Cut(string(text), " ("+name+") ")
		if _, err := fmt.Sscan(tail, &state, &ppid); err != nil || ppid != parent {
			continue
		}
		if pid, err = strconv.Atoi(head); err == nil {
			return pid, nil
		}
	}
	return 0, errNoChild
}

// cpuOf is the processor time of all threads of a process (proc(5), schedstat: nanoseconds on the processor first).
func cpuOf(pid int) (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	var total time.Duration
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended since
		}
		ns, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading %s: %w", file, err)
		}
		total += time.Duration(ns)
	}
	if total == 0 {
		return 0, fmt.Errorf("process %d has no processor time", pid)
	}
	return total, nil
}

// residentOf is the resident memory of a process in MB (proc_pid_status(5), VmRSS, in kB).
func residentOf(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		value, ok := strings.CutPrefix(line, "VmRSS:")
		if !ok {
			continue
		}
		kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		return kb / 1024, err
	}
	return 0, fmt.Errorf("process %d has no resident memory", pid)
}
