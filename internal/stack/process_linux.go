package stack

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// stat is what the kernel says of a process (proc_pid_stat(5)).
type stat struct {
	pid    int
	name   string
	state  string
	parent int
}

// parseStat reads "pid (name) state ppid ..."; the name may hold spaces and parentheses.
func parseStat(text string) (stat, bool) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 1 || end < open {
		return stat{}, false
	}
	fields := strings.Fields(text[end+1:])
	if len(fields) < 2 {
		return stat{}, false
	}
	pid, errPID := strconv.Atoi(strings.TrimSpace(text[:open]))
	parent, errParent := strconv.Atoi(fields[1])
	return stat{pid: pid, name: text[open+1 : end], state: fields[0], parent: parent}, errPID == nil && errParent == nil
}

// children lists the living processes that a process has started.
func children(parent int) []stat {
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	var own []stat
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended since
		}
		if s, ok := parseStat(string(text)); ok && s.parent == parent && s.state != "Z" {
			own = append(own, s)
		}
	}
	return own
}
