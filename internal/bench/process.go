package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

var errNoChild = errors.New("the service has no siths-cardhost")

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
		head, tail, _ := strings.Cut(string(text), " ("+name+") ")
		fields := strings.Fields(tail)
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			return strconv.Atoi(head)
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
